// Activities, alerts, sessions and channels: asked of the services that own them.
import { activitySchema } from '@gatehouse/contracts/activity';
import {
  type ActivityFilter,
  activityCount,
  activityGet,
  activityList,
  activityRowSchema,
  alertGet,
  alertList,
  alertStates,
  channelTest,
} from '@gatehouse/contracts/queries';
import { sessionList, sessionRevoke } from '@gatehouse/contracts/session-control';
import { z } from 'zod';
import { actorOf, sessionOf } from './actor.ts';
import { audit } from './audit.store.ts';
import { Problem } from './problem.ts';
import { type Call, route } from './route.ts';
import { ask } from './service.client.ts';

const many = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === 'string' ? [given] : given))
  .optional();

export const filterQuery = {
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  ip: z.string().optional(),
  sessionId: z.string().optional(),
  search: z.string().optional(),
  app: many,
  user: many,
  activityType: many,
  appliedAction: many,
  policy: many,
  country: many,
  deviceTag: many,
};
const limit = z.coerce.number().int().min(1).max(500).default(50);

/** Without the keys that were not given: absent and undefined differ for the receiver. */
export function given<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

type Scanned = z.infer<typeof activityRowSchema>;

/** SPEC section 2: a reader reads all but evidence. */
export function redacted<T extends Scanned>(call: Pick<Call, 'session'>, activity: T): T {
  if (sessionOf(call).user.role !== 'reader') return activity;
  const findings = activity.scan.findings.map((finding) => ({ ...finding, evidence: '' }));
  return { ...activity, scan: { ...activity.scan, findings } };
}

const activities = route(
  {
    method: 'get',
    path: '/activities',
    summary: 'Activities, newest first',
    role: 'reader',
    query: z.strictObject({ ...filterQuery, limit, cursor: z.string().optional() }),
    output: z.object({ activities: z.array(activityRowSchema), nextCursor: z.string().optional() }),
  },
  async (call) => {
    const { limit, cursor, ...filter } = call.query;
    const input = given({ filter: given(filter) as ActivityFilter, limit, cursor });
    const page = await ask(call.portal.messaging, 'activity-log', activityList, input);
    return { body: { ...page, activities: page.activities.map((activity) => redacted(call, activity)) } };
  },
);

const count = route(
  {
    method: 'get',
    path: '/activities/count',
    summary: 'Activities counted in groups',
    role: 'reader',
    query: z.strictObject({ ...filterQuery, by: activityCount.input.shape.by }),
    output: activityCount.output,
  },
  async ({ portal, query: { by, ...filter } }) => {
    const input = { filter: given(filter) as ActivityFilter, by };
    return { body: await ask(portal.messaging, 'activity-log', activityCount, input) };
  },
);

const activity = route(
  {
    method: 'get',
    path: '/activities/:id',
    summary: 'One activity with its trace, by id or reference id',
    role: 'reader',
    output: z.object({ activity: activitySchema }),
  },
  async (call) => {
    const id = call.params.id ?? '';
    const { activity: found } = await ask(call.portal.messaging, 'activity-log', activityGet, { id });
    if (found === null) throw new Problem('NOT_FOUND', { detail: 'Not found or expired.' });
    return { body: { activity: redacted(call, found) } };
  },
);

const alerts = route(
  {
    method: 'get',
    path: '/alerts',
    summary: 'Alerts, newest first',
    role: 'reader',
    query: z.strictObject({
      state: z.enum(alertStates).optional(),
      policyId: z.string().optional(),
      assignee: z.string().optional(),
      before: z.iso.datetime().optional(),
      limit,
    }),
    output: alertList.output,
  },
  async ({ portal, query }) => ({ body: await ask(portal.messaging, 'alert-notifier', alertList, given(query)) }),
);

const alert = route(
  {
    method: 'get',
    path: '/alerts/:id',
    summary: 'One alert and what became of its messages',
    role: 'reader',
    output: alertGet.output,
  },
  async ({ portal, params }) => {
    const id = z.uuid().safeParse(params.id);
    const found = id.success ? await ask(portal.messaging, 'alert-notifier', alertGet, { id: id.data }) : undefined;
    if (found === undefined || found.alert === null)
      throw new Problem('NOT_FOUND', { detail: 'There is no such alert.' });
    return { body: found };
  },
);

const sessions = route(
  {
    method: 'get',
    path: '/sessions',
    summary: 'Sessions of users',
    role: 'reader',
    query: z.strictObject({
      user: z.string().optional(),
      app: z.string().optional(),
      deviceTag: z.string().optional(),
      limit,
    }),
    output: sessionList.output,
  },
  async ({ portal, query }) => ({ body: await ask(portal.messaging, 'sign-in', sessionList, given(query)) }),
);

const revoke = route(
  {
    method: 'post',
    path: '/sessions/revoke',
    summary: 'End one session, or all of a user',
    role: 'operator',
    body: z
      .strictObject({ sessionId: z.uuid().optional(), user: z.string().min(1).optional() })
      .refine(({ sessionId, user }) => (sessionId === undefined) !== (user === undefined), {
        path: ['sessionId'],
        message: 'give either sessionId or user',
      }),
    output: sessionRevoke.output,
  },
  async (call) => {
    const { by } = actorOf(call);
    const body = await ask(call.portal.messaging, 'sign-in', sessionRevoke, given({ ...call.body, by }));
    const id = call.body.sessionId ?? call.body.user ?? '';
    const object = { type: 'session', id, name: id };
    await audit(call.portal.db, actorOf(call), { action: 'revoke', object });
    return { body };
  },
);

const testChannel = route(
  {
    method: 'post',
    path: '/channels/test',
    summary: 'Send a test message and show the answer of the provider',
    role: 'operator',
    body: z.strictObject({
      channel: z.enum(['email', 'sms']),
      recipient: z.string().min(1).max(320),
    }),
    output: channelTest.output,
  },
  async (call) => {
    const { by } = actorOf(call);
    const body = await ask(call.portal.messaging, 'alert-notifier', channelTest, { ...call.body, by });
    const object = { type: 'channel', id: call.body.channel, name: call.body.recipient };
    await audit(call.portal.db, actorOf(call), { action: 'test', object });
    return { body };
  },
);

export const evidenceRoutes = [activities, count, activity, alerts, alert, sessions, revoke, testChannel];
