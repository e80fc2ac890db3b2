// How the installation is doing, and who changed what.
import { activityList, alertList } from '@gatehouse/contracts/queries';
import { sessionList } from '@gatehouse/contracts/session-control';
import { snapshotBucket, snapshotMaxAgeMs, snapshotPayloadSchema } from '@gatehouse/contracts/snapshot';
import { z } from 'zod';
import { auditEntrySchema, listAudit } from './audit.store.ts';
import { revocationLists } from './device.routes.ts';
import type { Portal } from './portal.ts';
import { route } from './route.ts';
import { ask } from './service.client.ts';
import { rows } from './sql.ts';

type Check = (portal: Portal) => Promise<string>;

async function snapshotAge({ messaging }: Portal): Promise<string> {
  const bucket = await messaging.bucket(snapshotBucket);
  const snapshot = await bucket.get('current');
  if (snapshot === undefined) throw new Error('policy-decision has published no snapshot yet');
  const { issuedAt, version } = snapshotPayloadSchema.parse(JSON.parse(snapshot.payload));
  const ageMs = Date.now() - Date.parse(issuedAt);
  if (ageMs > snapshotMaxAgeMs) throw new Error(`the snapshot is ${Math.round(ageMs / 60_000)} minutes old`);
  return `version ${version}, ${Math.round(ageMs / 1000)} s old`;
}

async function outboxLag({ db }: Portal): Promise<string> {
  const [row] = await rows<{ waiting: number }>(db, 'SELECT count(*)::int AS waiting FROM outbox');
  return `${row?.waiting ?? 0} events in the outbox`;
}

/** One line per part that an operator can restart. */
const checks: readonly { readonly name: string; readonly check: Check }[] = [
  { name: 'postgres', check: async ({ db }) => ((await db.query('SELECT 1')) ? 'answers' : '') },
  {
    name: 'nats',
    check: async ({ messaging }) => {
      if (!messaging.connected()) throw new Error('not connected');
      return 'connected';
    },
  },
  { name: 'policy-snapshot', check: snapshotAge },
  {
    name: 'sign-in',
    check: async ({ messaging }) => {
      await ask(messaging, 'sign-in', sessionList, { limit: 1 });
      return 'answers';
    },
  },
  {
    name: 'activity-log',
    check: async ({ messaging }) => {
      await ask(messaging, 'activity-log', activityList, { limit: 1 });
      return 'answers';
    },
  },
  {
    name: 'alert-notifier',
    check: async ({ messaging }) => {
      const { counts } = await ask(messaging, 'alert-notifier', alertList, { limit: 1 });
      return `${counts.open} open alerts`;
    },
  },
  { name: 'revocation-lists', check: revocationLists },
  { name: 'outbox', check: outboxLag },
];

async function run(portal: Portal, { name, check }: (typeof checks)[number]) {
  try {
    return { name, ok: true, detail: await check(portal) };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : 'failed' };
  }
}

const health = route(
  {
    method: 'get',
    path: '/health',
    summary: 'State of the services',
    role: 'reader',
    output: z.object({
      ok: z.boolean(),
      checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
    }),
  },
  async ({ portal }) => {
    const results = await Promise.all(checks.map((one) => run(portal, one)));
    return { body: { ok: results.every(({ ok }) => ok), checks: results } };
  },
);

const auditList = route(
  {
    method: 'get',
    path: '/audit',
    summary: 'Changes by administrators, newest first',
    role: 'reader',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(500).default(50),
      before: z
        .string()
        .regex(/^\d{1,18}$/)
        .optional(),
      object: z.string().optional(),
    }),
    output: z.object({ entries: z.array(auditEntrySchema), nextBefore: z.string().optional() }),
  },
  async ({ portal, query }) => {
    const entries = await listAudit(portal.db, query);
    const last = entries.length === query.limit ? entries.at(-1) : undefined;
    return { body: { entries, ...(last === undefined ? {} : { nextBefore: last.id }) } };
  },
);

export const operationRoutes = [health, auditList];
