// What-if, and the words the policy editor offers.

import { randomUUID } from 'node:crypto';
import { contextSchema, decisionAnswerSchema, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { decisionPreview } from '@gatehouse/contracts/preview';
import { activityGet } from '@gatehouse/contracts/queries';
import { clientApps } from '@gatehouse/contracts/vocabulary';
import { types } from '@gatehouse/dlp/information-types/all';
import { createIpFacts } from '@gatehouse/facts/ip-facts';
import { userAgentFacts } from '@gatehouse/facts/user-agent-facts';
import { criteria } from '@gatehouse/policy/criteria/all';
import { placeholders } from '@gatehouse/policy/placeholders';
import { z } from 'zod';
import { explain } from './explanation.ts';
import { listObjects } from './object.store.ts';
import { checkPolicy } from './policy.check.ts';
import { Problem } from './problem.ts';
import { type Call, route } from './route.ts';
import { ask } from './service.client.ts';

// Without the defaults: what is left open must stay open here, to be computed below.
const open = {
  ipTags: z.array(z.string()).optional(),
  userAgentTags: z.array(z.string()).optional(),
  clientApp: z.enum(clientApps).optional(),
};
const whatIfSchema = decisionRequestSchema.omit({ decisionId: true, context: true }).extend({
  context: contextSchema.partial().extend({ ip: z.string(), ...open }),
});

/** Facts that the admin left open are computed as the edge would compute them. */
async function asRequest(call: Call, asked: z.infer<typeof whatIfSchema>) {
  const ranges = (await listObjects(call.portal.db, 'ip-ranges')).map(({ value }) => value);
  const { ipCategory, ipTags, isp, country } = createIpFacts(ranges, call.portal.addresses)(asked.context.ip);
  const { userAgent } = asked.context;
  const agent = userAgent === undefined ? {} : userAgentFacts(userAgent, {});
  const facts = { ipCategory, ipTags: [...ipTags], isp, country, ...agent, time: new Date().toISOString() };
  const stated = Object.fromEntries(Object.entries(asked.context).filter(([, value]) => value !== undefined));
  return decisionRequestSchema.parse({ ...asked, decisionId: randomUUID(), context: { ...facts, ...stated } });
}

/** The question that a recorded decision answered, with all that is known of its file. */
async function recordedCase(call: Call, id: string) {
  const { activity } = await ask(call.portal.messaging, 'activity-log', activityGet, { id });
  if (activity === null) throw new Problem('NOT_FOUND', { detail: 'Not found or expired.' });
  const { request } = explain(activity, []);
  if (request !== undefined) return request;
  const message = 'no policy was asked about this activity, or it was recorded before its facts were kept';
  throw new Problem('INVALID', { errors: [{ field: 'activityId', message }] });
}

const draftOfStored = z.strictObject({ id: z.string(), policy: z.unknown() });

async function requireDraft(call: Call, draft: unknown): Promise<void> {
  const known = draftOfStored.safeParse(draft);
  const value = known.success ? known.data.policy : draft;
  const checked = await checkPolicy(call.portal.db, { value }, known.data?.id);
  if ('ok' in checked) return;
  throw new Problem('INVALID', {
    errors: checked.errors.map((error) => ({ ...error, field: `draft.${error.field}` })),
  });
}

const whatIf = route(
  {
    method: 'post',
    path: '/what-if',
    summary: 'Which policies would hit, and which one would win',
    role: 'reader',
    body: z
      .strictObject({
        request: whatIfSchema.optional(),
        /** A recorded decision as the case: its id or reference id. */
        activityId: z.string().min(1).optional(),
        draft: z.unknown().optional(),
      })
      .refine(({ request, activityId }) => (request === undefined) !== (activityId === undefined), {
        path: ['request'],
        message: 'give either request or activityId',
      }),
    output: decisionAnswerSchema,
  },
  async (call) => {
    const { draft, request: asked, activityId = '' } = call.body;
    const request = asked === undefined ? await recordedCase(call, activityId) : await asRequest(call, asked);
    if (draft !== undefined) await requireDraft(call, draft);
    const input = draft === undefined ? { request } : { request, draft };
    return { body: await ask(call.portal.messaging, 'policy-decision', decisionPreview, input) };
  },
);

const named = z.object({ id: z.string(), name: z.string() });

const vocabulary = route(
  {
    method: 'get',
    path: '/vocabulary',
    summary: 'Fields, operators and values that policies can use',
    role: 'reader',
    output: z.object({
      fields: z.array(
        z.object({
          field: z.string(),
          operators: z.array(z.string()),
          values: z.array(z.string()).optional(),
          hint: z.string(),
          accessPolicy: z.boolean(),
        }),
      ),
      contentTypes: z.array(named),
      labels: z.array(named),
      placeholders: z.array(z.string()),
    }),
  },
  async () => {
    const fields = criteria.map(({ field, operators, values, permitted, part }) => ({
      field,
      operators,
      ...(permitted === undefined ? {} : { values: permitted }),
      hint: values,
      accessPolicy: part === 'activity',
    }));
    const contentTypes = types.map(({ id, name }) => ({ id, name }));
    return { body: { fields, contentTypes, labels: [], placeholders } };
  },
);

export const previewRoutes = [whatIf, vocabulary];
