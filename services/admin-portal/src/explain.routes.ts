// Why a decision fell as it did, and what another set of policies would have decided.
import { explanationSchema } from '@gatehouse/contracts/explanation';
import { activityGet } from '@gatehouse/contracts/queries';
import { decisionReplay, policyChangeSchema, replayResultSchema } from '@gatehouse/contracts/replay';
import { z } from 'zod';
import { redacted } from './evidence.routes.ts';
import { explain } from './explanation.ts';
import { checkPolicy } from './policy.check.ts';
import { listPolicies } from './policy.store.ts';
import { type FieldError, Problem } from './problem.ts';
import { type Call, route } from './route.ts';
import { ask } from './service.client.ts';

const explanation = route(
  {
    method: 'get',
    path: '/explain/:id',
    summary: 'Why a decision fell as it did, by activity id or reference id',
    role: 'reader',
    output: explanationSchema,
  },
  async (call) => {
    const { portal, params } = call;
    const [{ activity }, stored] = await Promise.all([
      ask(portal.messaging, 'activity-log', activityGet, { id: params.id ?? '' }),
      listPolicies(portal.db),
    ]);
    if (activity === null) throw new Problem('NOT_FOUND', { detail: 'Not found or expired.' });
    return { body: explain(redacted(call, activity), stored) };
  },
);

const dayMs = 86_400_000;

const replayBody = z
  .strictObject({
    changes: z.array(policyChangeSchema).min(1).max(200),
    /** The last days, or `from` and `to`. */
    days: z.number().int().min(1).max(180).optional(),
    from: z.iso.datetime().optional(),
    to: z.iso.datetime().optional(),
    limit: z.number().int().min(1).max(50_000).optional(),
    wouldHave: z.boolean().optional(),
  })
  .refine(({ days, from }) => (days === undefined) !== (from === undefined), {
    path: ['days'],
    message: 'give either days or from',
  });

const replay = route(
  {
    method: 'post',
    path: '/replay',
    summary: 'Recorded decisions judged anew with changed policies; stores nothing',
    role: 'reader',
    body: replayBody,
    output: replayResultSchema,
  },
  async (call) => {
    const { changes, days, limit, wouldHave, ...period } = call.body;
    await requireChanges(call, changes);
    const now = Date.now();
    const from = period.from ?? new Date(now - (days ?? 0) * dayMs).toISOString();
    const to = period.to ?? new Date(now).toISOString();
    const input = {
      ...{ changes, from, to },
      ...(limit === undefined ? {} : { limit }),
      ...(wouldHave === undefined ? {} : { wouldHave }),
    };
    return { body: await ask(call.portal.messaging, 'policy-decision', decisionReplay, input) };
  },
);

/** Every bad field of every change at once, as `changes[1].policy.action.label`. */
async function requireChanges(call: Pick<Call, 'portal'>, changes: readonly z.infer<typeof policyChangeSchema>[]) {
  const stored = await listPolicies(call.portal.db);
  const errors: FieldError[] = [];
  for (const [at, { id, policy }] of changes.entries()) {
    const missing = id !== undefined && !stored.some((one) => one.id === id);
    if (missing) errors.push({ field: `changes[${at}].id`, message: 'there is no such policy' });
    if (policy === null && id === undefined)
      errors.push({ field: `changes[${at}].id`, message: 'names what to delete' });
    if (policy === null) continue;
    const checked = await checkPolicy(call.portal.db, { value: policy }, id);
    if ('errors' in checked)
      errors.push(...checked.errors.map((error) => ({ ...error, field: `changes[${at}].policy.${error.field}` })));
  }
  if (errors.length > 0) throw new Problem('INVALID', { errors });
}

export const explainRoutes = [explanation, replay];
