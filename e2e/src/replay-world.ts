// A real edge, the real policy decision and the real activity log, for the proof that replay and enforcement agree.
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Activity } from '@gatehouse/contracts/activity';
import { type DecisionRequest, decisionEvaluate } from '@gatehouse/contracts/decision';
import { inspectionOpen } from '@gatehouse/contracts/inspection';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { activityReplayPage, decisionReplay } from '@gatehouse/contracts/replay';
import { connect } from '@gatehouse/messaging/messaging';
import { openDatabase } from '@gatehouse/postgres/database';
import { startPostgres } from '@gatehouse/testkit/world';
import { insertActivity } from '../../services/activity-log/src/activity.store.ts';
import { migrations } from '../../services/activity-log/src/migrations/list.ts';
import { replayPage } from '../../services/activity-log/src/replay.store.ts';
import { evaluateHandler } from '../../services/policy-decision/src/evaluate.handler.ts';
import { LivePolicies } from '../../services/policy-decision/src/live-policies.ts';
import { replayHandler } from '../../services/policy-decision/src/replay.handler.ts';
import { ask } from '../../services/proxy-edge/test/client.ts';
import { startWorld, type TestSession } from '../../services/proxy-edge/test/world.ts';
import { loginActivity } from '../../services/sign-in/src/login-activity.ts';
import { bytesOf, type Sent, scanned, users } from './replay-traffic.ts';

/** The app: `/files/<n>/<name>`, with its length or in chunks. */
function app(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://app');
  const [, , n = '0', name = ''] = url.pathname.split('/');
  const bytes = bytesOf(Number(n));
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${decodeURIComponent(name)}"`,
    ...(url.searchParams.has('chunked') ? {} : { 'content-length': bytes.length }),
  });
  response.end(bytes);
}

async function startScanner(url: string) {
  const messaging = await connect({ url, name: 'dlp-scanner' });
  const plane = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The edge gave up on this inspection.
      return;
    }
    const bytes = Buffer.concat(chunks);
    const asked = JSON.parse(Buffer.from((request.url ?? '/').slice(1), 'base64url').toString('utf8'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const answer = scanned(bytes, asked, { size: bytes.length, sha256 });
    if (answer === undefined) return void response.destroy();
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => plane.listen(0, '127.0.0.1', resolve));
  messaging.serve(inspectionOpen, async ({ types, readLabel }) => {
    const what = Buffer.from(JSON.stringify({ types, readLabel })).toString('base64url');
    return { url: `http://127.0.0.1:${(plane.address() as AddressInfo).port}/${what}`, token: 't'.repeat(43) };
  });
  return async () => {
    await messaging.close();
    plane.closeAllConnections();
    plane.close();
  };
}

export async function startReplayWorld(policies: readonly StoredPolicy[]) {
  const [edge, postgres] = await Promise.all([startWorld({ policies: [], app }), startPostgres()]);
  await Promise.all([edge.stopPdp(), edge.stopScanner()]);
  const database = await postgres.database('activity', migrations);
  const dataSource = await openDatabase(database);
  const force = { epoch: 1, policies };
  const live = new LivePolicies({ epoch: async () => force.epoch, load: async () => ({ ...force }) }, Date.now);
  await live.refresh();
  const pdp = await connect({ url: edge.nats.url, name: 'policy-decision' });
  const clock = () => performance.now();
  const evaluate = evaluateHandler({ policies: live, clock, count: () => undefined });
  // Sessions are not refused half-way, whatever the drafts say of access: logins ask for themselves.
  const everyone = new LivePolicies({ epoch: async () => 1, load: async () => ({ epoch: 1, policies: [] }) }, Date.now);
  await everyone.refresh();
  const admit = evaluateHandler({ policies: everyone, clock, count: () => undefined });
  pdp.serve(decisionEvaluate, (asked) => (asked.scope === 'access' ? admit(asked) : evaluate(asked)));
  const page = (request: Parameters<typeof replayPage>[1]) => pdp.request(activityReplayPage, request);
  pdp.serve(decisionReplay, replayHandler({ policies: live, page, clock, yieldNow: setImmediate }));
  edge.messaging.serve(activityReplayPage, (input) => replayPage(dataSource, input));
  const stopScanner = await startScanner(edge.nats.url);
  const sessions = await Promise.all(
    users.map(({ user, groups, deviceTags }) =>
      edge.newSession({ user, groups: [...groups], deviceTags: [...deviceTags] }),
    ),
  );
  return {
    messaging: edge.messaging,
    change: edge.change,
    /** Puts a set into force, as saving and the next poll do. */
    async enforce(next: readonly StoredPolicy[]) {
      force.policies = next;
      force.epoch += 1;
      await live.refresh();
      // Confirmed just now: decisions do not say they are stale.
    },
    policies: () => force.policies,
    async download(sent: readonly Sent[]): Promise<Activity[]> {
      edge.activities.length = 0;
      await inParallel(sent, 5, (one) => get(edge.port, one, sessions));
      return waitFor(edge.activities, sent);
    },
    async login(question: Login): Promise<Activity> {
      const request = { ...question, decisionId: randomUUID(), scope: 'access' as const, action: { name: 'login' } };
      const answer = await evaluate(decisionEvaluate.input.parse(request));
      if (answer.type !== 'verdict') throw new Error('an access policy knows all its facts');
      const { verdict, trace, stale } = answer;
      const allowed = verdict.action === 'allow';
      const { id: user, properties } = question.subject;
      const identity = {
        ...{ identityProvider: 'demo', issuer: 'https://idp', subject: user, user },
        ...{ groups: properties.groups, deviceTags: properties.deviceTags, authenticatedAt: question.context.time },
      };
      return loginActivity(
        { context: question.context, now: Date.parse(question.context.time) },
        {
          app: question.resource.id,
          host: question.resource.properties.host,
          identity,
          judgement: { allowed, verdict, trace, stale },
          appliedAction: allowed ? 'allow' : 'block',
          reason: verdict.reason,
        },
      );
    },
    async record(activities: readonly Activity[]) {
      for (const activity of activities) await insertActivity(dataSource, activity);
    },
    async stop() {
      await stopScanner();
      await pdp.close();
      await edge.stop();
      await dataSource.destroy();
      await postgres.stop();
    },
  };
}

export type Login = Pick<DecisionRequest, 'subject' | 'resource' | 'context'>;

async function get(port: number, { path, headers, user }: Sent, sessions: readonly TestSession[]): Promise<void> {
  const { status, text } = await ask(port, path, { cookie: sessions[user]?.cookie ?? '', headers });
  if (status !== 200 && status !== 403) throw new Error(`${path}: ${status} ${text.slice(0, 900)}`);
}

async function inParallel<T>(all: readonly T[], many: number, act: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await act(next);
  };
  await Promise.all(Array.from({ length: many }, worker));
}

/** The rows in the order of what was sent. */
async function waitFor(activities: readonly Activity[], sent: readonly Sent[]): Promise<Activity[]> {
  const until = Date.now() + 15_000;
  while (activities.length < sent.length) {
    if (Date.now() > until) throw new Error(`${activities.length} of ${sent.length} activities arrived`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const byName = new Map(activities.map((activity) => [activity.object?.name, activity]));
  return sent.map(({ name }) => {
    const activity = byName.get(name);
    if (activity === undefined) throw new Error(`no activity of ${name}`);
    return activity;
  });
}
