// Replay at size: 10,000 recorded decisions of 30 days among 40,000 page views in real Postgres, over real NATS.
import { randomBytes, randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { activitySchema } from '@gatehouse/contracts/activity';
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { referenceId } from '@gatehouse/contracts/reference-id';
import { activityReplayPage, decisionReplay, type ReplayResult } from '@gatehouse/contracts/replay';
import { connect } from '@gatehouse/messaging/messaging';
import { openDatabase } from '@gatehouse/postgres/database';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import type { DataSource } from 'typeorm';
import { migrations } from '../../services/activity-log/src/migrations/list.ts';
import { dayOf, ensurePartition } from '../../services/activity-log/src/partition.store.ts';
import { replayPage } from '../../services/activity-log/src/replay.store.ts';
import { LivePolicies } from '../../services/policy-decision/src/live-policies.ts';
import { replayHandler } from '../../services/policy-decision/src/replay.handler.ts';

const decisions = 10_000;
const views = 40_000;
const days = 30;
const policies = 30;
const rounds = 5;
const dayMs = 86_400_000;
const now = Date.now();

const names = ['report', 'invoice', 'notes', 'customers', 'plan'] as const;
const extensions = ['docx', 'xls', 'pdf', 'csv', 'txt'] as const;
const at = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
const row = (field: string, operator: string, ...values: string[]) => ({ field, operator, values });

function policy(n: number): StoredPolicy {
  return storedPolicySchema.parse({
    id: `p${n}`,
    version: 1,
    ...{ createdAt: '', updatedAt: '', updatedBy: 'bench' },
    policy: {
      kind: 'SessionPolicy',
      name: `Policy ${n}`,
      controlType: 'monitorAndControlDownload',
      activity: [row('user.group', 'equals', `Team ${n}`), row('device.tags', 'doesNotEqual', 'compliant')],
      files: [
        { any: [row('file.extension', 'equals', at(extensions, n)), row('file.name', 'contains', at(names, n))] },
      ],
      ...(n % 3 === 0 ? { inspection: { types: [{ id: 'us-ssn' }, { id: 'iban' }] } } : {}),
      action: { type: 'block' },
    },
  });
}

/** A row as the edge writes it, trace of 30 policies included: what the table really holds. */
function activity(n: number, kind: 'file' | 'watched') {
  const name = `${at(names, n)} ${n}.${at(extensions, n)}`;
  const file = { name, extensions: [at(extensions, n)], types: ['document'], size: { state: 'known', bytes: 4000 } };
  const found = n % 9 === 0 ? [{ type: 'us-ssn', instances: { 65: 2, 75: 2, 85: 1 } }] : [];
  const learned = {
    sought: { size: false, label: true, malware: false, content: ['iban', 'us-ssn'] },
    file: { ...file, content: { state: 'known', matches: found }, label: { state: 'known', labels: [] } },
    complete: true,
  };
  const judged = { kind, action: 'download', file, learned };
  return activitySchema.parse({
    id: randomUUID(),
    referenceId: referenceId(randomBytes),
    time: new Date(now - Math.floor((n / decisions) * 0.99 * days * dayMs) - 60_000).toISOString(),
    ...{ app: 'files', host: 'files.acme.com', activityType: kind === 'file' ? 'download' : 'navigate' },
    ...{ user: `user${n % 300}@acme.com`, groups: [`Team ${n % 40}`, 'Everyone'], ip: `203.0.113.${n % 200}` },
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/156.0.0.0 Safari/537.36',
    object: { name, size: 4000 },
    scan: { status: 'completed', findings: [] },
    ...{ appliedAction: 'none', reason: 'NO_MATCH' },
    trace: kind === 'file' ? traces : [],
    facts: kind === 'file' ? judged : { kind, action: 'navigate' },
  });
}

const missed = { ...row('user.group', 'equals', 'Team 1'), result: 'miss', satisfied: false, seen: ['Team 2'] };
const traces = Array.from({ length: policies }, (_, n) => ({
  ...{ policyId: `p${n}`, version: 1, name: `Policy ${n}`, state: 'enabled', severity: 'medium' },
  ...{
    outcome: 'notMatched',
    action: 'block',
    rows: Array.from({ length: 4 }, () => ({ ...missed, part: 'activity' })),
  },
}));

async function fill(dataSource: DataSource): Promise<void> {
  for (let day = 0; day <= days; day += 1) await ensurePartition(dataSource, dayOf(new Date(now - day * dayMs)));
  const insert = async (count: number, kind: 'file' | 'watched') => {
    for (let start = 0; start < count; start += 1000) {
      const rows = Array.from({ length: 1000 }, (_, n) =>
        activity(Math.floor(((start + n) / count) * decisions), kind),
      );
      await dataSource.query(
        `INSERT INTO activities (id, time, activity)
         SELECT (one ->> 'id')::uuid, (one ->> 'time')::timestamptz, one FROM jsonb_array_elements($1::jsonb) AS one`,
        [JSON.stringify(rows)],
      );
    }
  };
  await insert(decisions, 'file');
  await insert(views, 'watched');
  await dataSource.query('ANALYZE activities');
}

const draft = {
  ...policy(0).policy,
  name: 'Draft',
  activity: [row('device.tags', 'isNotSet')],
  inspection: { types: [{ id: 'us-ssn', minInstances: 2 }] },
};

const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
const dataSource = await openDatabase(await postgres.database('activity', migrations));
const [log, pdp, portal] = await Promise.all(
  ['activity-log', 'policy-decision', 'admin-portal'].map((name) => connect({ url: nats.url, name })),
);
try {
  if (!log || !pdp || !portal) throw new Error('no connection');
  log.serve(activityReplayPage, (input) => replayPage(dataSource, input));
  const set = { epoch: 1, policies: Array.from({ length: policies }, (_, n) => policy(n)) };
  const live = new LivePolicies({ epoch: async () => 1, load: async () => set }, Date.now);
  await live.refresh();
  const page = (request: Parameters<typeof replayPage>[1]) => pdp.request(activityReplayPage, request);
  const clock = () => performance.now();
  pdp.serve(decisionReplay, replayHandler({ policies: live, page, clock, yieldNow: setImmediate }));
  await fill(dataSource);
  const ask = (from: number): Promise<ReplayResult> =>
    portal.request(decisionReplay, {
      changes: [{ policy: draft }, { id: 'p3', policy: null }],
      from: new Date(from).toISOString(),
      to: new Date(now).toISOString(),
    });
  await time('replay-10000', 10, () => ask(now - 365 * dayMs));
  await time('replay-30-day-preview', 2, () => ask(now - days * dayMs));
} finally {
  await Promise.all([log, pdp, portal].map((one) => one?.close()));
  await dataSource.destroy();
  await Promise.all([nats.stop(), postgres.stop()]);
}

/** The slowest of some rounds, the first (cold) one included. */
async function time(name: string, goal: number, act: () => Promise<ReplayResult>): Promise<void> {
  let slowest = 0;
  for (let round = 0; round < rounds; round += 1) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    const { considered, matched, changed, notScanned } = await act();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const cpuSeconds = ((user + system) / 1e6).toFixed(2);
    slowest = Math.max(slowest, seconds);
    console.log(
      `${name} round ${round + 1}: ${considered} judged, ${matched} matched, ${changed} changed, ${notScanned.count} not scanned, ${seconds.toFixed(2)} s (${cpuSeconds} s CPU without Postgres and NATS)`,
    );
    if (considered !== decisions) throw new Error(`only ${considered} decisions were judged`);
  }
  console.log(`measure ${name} ${slowest.toFixed(2)}s goal <${goal} ${slowest < goal ? 'met' : 'short'}`);
}
