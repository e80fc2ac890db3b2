import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { type Activity, activityRecorded, activitySchema } from '@gatehouse/contracts/activity';
import {
  activityCount,
  activityGet,
  activityList,
  activityVerify,
  type Checkpoint,
} from '@gatehouse/contracts/queries';
import { activityReplayPage } from '@gatehouse/contracts/replay';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { migrateDatabase, openDatabase } from '@gatehouse/postgres/database';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import type { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { insertActivity } from '../src/activity.store.ts';
import { type ActivityLog, startActivityLog } from '../src/activity-log.ts';
import { verifyChain } from '../src/chain.store.ts';
import { checkpointSigner, writeCheckpoint } from '../src/checkpoint.store.ts';
import { migrations } from '../src/migrations/list.ts';
import { cutoffOf, dropExpired, ensurePartition } from '../src/partition.store.ts';

const dayMs = 86_400_000;
let stops: (() => Promise<void> | void)[] = [];
let dataSource: DataSource;
let messaging: Messaging;
const logs: ActivityLog[] = [];
const errors: unknown[] = [];
const pem = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const signer = checkpointSigner(pem());
/** As the log lines of both replicas have them. */
const checkpoints: Checkpoint[] = [];

beforeAll(async () => {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  const database = await postgres.database('activity', migrations);
  await migrateDatabase({ ...database, migrations });
  dataSource = await openDatabase(database);
  messaging = await connect({ url: nats.url, name: 'test' });
  for (let replica = 0; replica < 2; replica += 1) {
    const own = await openDatabase(database);
    const bus = await connect({ url: nats.url, name: 'activity-log' });
    const deps = {
      dataSource: own,
      messaging: bus,
      retentionDays: 180,
      now: () => new Date(),
      signer,
      onCheckpoint: (checkpoint: Checkpoint) => void checkpoints.push(checkpoint),
      onRecorded: () => undefined,
    };
    const log = await startActivityLog({ ...deps, onError: (error) => errors.push(error) });
    logs.push(log);
    stops.push(async () => {
      log.stop();
      await bus.close();
      await own.destroy();
    });
  }
  stops.push(
    () => messaging.close(),
    () => dataSource.destroy(),
    () => nats.stop(),
    () => postgres.stop(),
  );
});
afterAll(async () => {
  for (const stop of stops) await stop();
  stops = [];
});
afterEach(() => expect(errors).toEqual([]));

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const part = () => Array.from({ length: 4 }, () => alphabet[Math.floor(Math.random() * 32)]).join('');

function activityOf(change: Partial<Activity> = {}): Activity {
  return activitySchema.parse({
    id: randomUUID(),
    referenceId: `GH-${part()}-${part()}`,
    time: new Date().toISOString(),
    app: 'box',
    host: 'box.example.com',
    activityType: 'download',
    user: 'eve@example.com',
    ip: '203.0.113.9',
    scan: { status: 'notRequested' },
    appliedAction: 'allow',
    reason: 'NO_MATCH',
    timings: { decide: 0.1, total: 12.25 },
    ...change,
  });
}

async function record(...activities: Activity[]): Promise<void> {
  await Promise.all(activities.map((activity) => messaging.publish(activityRecorded, activity)));
  const ids = [...new Set(activities.map((activity) => activity.id))];
  await vi.waitFor(
    async () => {
      const rows = await dataSource.query('SELECT id FROM activities WHERE id = ANY($1)', [ids]);
      expect(rows).toHaveLength(ids.length);
    },
    { timeout: 15_000, interval: 30 },
  );
}

const cutoff = () => cutoffOf(new Date(), 180);
const list = (filter: object, rest: object = {}) => messaging.request(activityList, { filter, ...rest });

test('an activity is found by id and by reference id, whole; the list leaves out the trace', async () => {
  const trace = [
    {
      policyId: 'p',
      version: 1,
      name: 'P',
      state: 'enabled',
      severity: 'low',
      outcome: 'matched',
      action: 'block',
      rows: [],
    },
  ];
  const activity = activityOf({ trace } as Partial<Activity>);
  await record(activity);
  expect((await messaging.request(activityGet, { id: activity.id })).activity).toEqual(activity);
  expect((await messaging.request(activityGet, { id: activity.referenceId.toLowerCase() })).activity?.id).toBe(
    activity.id,
  );
  expect((await messaging.request(activityGet, { id: 'GH-0000-0000' })).activity).toBeNull();
  const { trace: _left, ...row } = activity;
  expect((await list({ search: activity.referenceId })).activities).toEqual([row]);
});

test('two replicas, each event twice: every row once, and one chain', async () => {
  const activities = Array.from({ length: 60 }, (_, index) => activityOf({ user: `storm${index}@example.com` }));
  await record(...activities, ...activities);
  for (const activity of activities.slice(0, 5)) expect(await insertActivity(dataSource, activity)).toBe(false);
  expect((await list({ search: 'storm' }, { limit: 500 })).activities).toHaveLength(60);
  expect(await verifyChain(dataSource, cutoff())).toMatchObject({ intact: true });
});

test('pages follow each other without gap or repeat, also when rows arrive and times are equal', async () => {
  const time = new Date(Date.now() - 1000).toISOString();
  const activities = Array.from({ length: 7 }, () => activityOf({ app: 'paged', time }));
  await record(...activities);
  const seen: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ app: ['paged'] }, { limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    seen.push(...page.activities.map((row) => row.id));
    cursor = page.nextCursor;
    if (seen.length === 3) await record(activityOf({ app: 'paged' }));
  } while (cursor !== undefined);
  expect(seen.sort()).toEqual(activities.map((activity) => activity.id).sort());
});

test('filters', async () => {
  const policy = {
    id: 'p1',
    version: 1,
    name: 'P1',
    severity: 'high',
    action: 'block',
    result: 'won',
    alert: false,
  } as const;
  const session = randomUUID();
  const wanted = activityOf({
    app: 'crm',
    user: 'ann_b@example.com',
    appliedAction: 'block',
    country: 'NL',
    deviceTags: ['compliant'],
    matchedPolicies: [policy],
    sessionId: session,
    object: { name: '100% Finance.xlsx' },
  });
  await record(wanted, activityOf({ app: 'crm', user: 'annxb@example.com' }));
  const filters = [
    { user: ['ann_b@example.com', 'x'] },
    { app: ['crm'], appliedAction: ['block'] },
    { country: ['NL'] },
    { deviceTag: ['compliant', 'domainJoined'] },
    { policy: ['p1'] },
    { sessionId: session },
    { search: '100% fin' },
    { search: 'ANN_B' },
  ];
  for (const filter of filters)
    expect(
      (await list(filter)).activities.map((row) => row.id),
      JSON.stringify(filter),
    ).toEqual([wanted.id]);
  expect((await list({ app: ['crm'], from: new Date(Date.now() + 60_000).toISOString() })).activities).toEqual([]);
  const by = async (field: 'policy' | 'app' | 'day') =>
    (await messaging.request(activityCount, { filter: { app: ['crm'] }, by: field })).groups;
  expect(await by('app')).toEqual([{ key: 'crm', count: 2 }]);
  expect(await by('policy')).toEqual([{ key: 'p1', count: 1 }]);
  expect((await by('day')).reduce((sum, group) => sum + group.count, 0)).toBe(2);
});

test('what jsonb refuses does not stop the log', async () => {
  const activity = activityOf({ object: { name: 'a\u0000b.txt' } });
  await record(activity);
  expect((await messaging.request(activityGet, { id: activity.id })).activity?.object?.name).toBe('a\ufffdb.txt');
  expect(await verifyChain(dataSource, cutoff())).toMatchObject({ intact: true });
});

test('any tampering is found', async () => {
  const activity = activityOf();
  await record(activity);
  const tamperings = [
    `UPDATE activities SET activity = jsonb_set(activity, '{user}', '"nobody@example.com"') WHERE id = '${activity.id}'`,
    `UPDATE activities SET time = time - interval '1 second' WHERE id = '${activity.id}'`,
    `DELETE FROM activities WHERE id = '${activity.id}'`,
    `DELETE FROM chain WHERE activity_id = '${activity.id}'`,
    `UPDATE chain SET row_hash = repeat('a', 64) WHERE activity_id = '${activity.id}'`,
    `UPDATE chain SET hash = repeat('a', 64) WHERE activity_id = '${activity.id}'`,
    `INSERT INTO activities (id, time, activity) SELECT gen_random_uuid(), time, activity FROM activities WHERE id = '${activity.id}'`,
  ];
  for (const tampering of tamperings) {
    const runner = dataSource.createQueryRunner();
    // Each is looked at inside its own transaction and undone.
    await runner.startTransaction();
    await runner.query(tampering);
    const report = await verifyChain(
      { transaction: (_level: string, work: (m: unknown) => unknown) => work(runner.manager) } as unknown as DataSource,
      cutoff(),
    );
    await runner.rollbackTransaction();
    await runner.release();
    expect(report.intact, tampering).toBe(false);
  }
  expect(await verifyChain(dataSource, cutoff())).toMatchObject({ intact: true });
});

test('a cut tail, a forged and a foreign checkpoint are found; the honest ones hold', async () => {
  const verify = (given: Checkpoint[] = []) =>
    messaging
      .request(activityVerify, { checkpoints: given })
      .then((report) => (report.intact ? 'intact' : report.problem));
  await record(activityOf());
  await Promise.all(logs.map((log) => log.checkpoint()));
  // Two replicas, one checkpoint; no second one without a new link, and none for a single link within the hour.
  expect(checkpoints).toHaveLength(1);
  await record(activityOf());
  await logs[0]?.checkpoint();
  expect(checkpoints).toHaveLength(1);
  const later = await writeCheckpoint(dataSource, signer, new Date(Date.now() + 3_700_000));
  expect(later).toBeDefined();
  expect(await verify([...checkpoints, later!])).toBe('intact');

  expect(await verify([{ ...later!, hash: 'a'.repeat(64) }])).toBe('signature');
  const stranger = checkpointSigner(pem());
  expect(await verify([{ ...later!, signature: stranger.sign('x') }])).toBe('signature');

  // Someone with the database cuts the tail, moves the head back and deletes the checkpoint that would tell.
  const save = await dataSource.query('SELECT * FROM chain WHERE seq = $1', [later!.seq]);
  const kept = await dataSource.query('SELECT * FROM activities WHERE id = $1', [save[0].activity_id]);
  await dataSource.query('DELETE FROM chain WHERE seq = $1', [later!.seq]);
  await dataSource.query('DELETE FROM activities WHERE id = $1', [save[0].activity_id]);
  await dataSource.query('DELETE FROM chain_checkpoints WHERE seq = $1', [later!.seq]);
  await dataSource.query(
    "UPDATE chain_ends SET (seq, hash) = (SELECT seq, hash FROM chain ORDER BY seq DESC LIMIT 1) WHERE position = 'head'",
  );
  expect(await verify()).toBe('intact');
  expect(await verify([later!])).toBe('checkpoint');

  const { activity_id: id, time, row_hash: row, hash, seq } = save[0];
  await dataSource.query('INSERT INTO activities (id, time, activity) VALUES ($1, $2, $3)', [
    id,
    kept[0].time,
    JSON.stringify(kept[0].activity),
  ]);
  await dataSource.query('INSERT INTO chain (seq, activity_id, time, row_hash, hash) VALUES ($1, $2, $3, $4, $5)', [
    seq,
    id,
    time,
    row,
    hash,
  ]);
  await dataSource.query("UPDATE chain_ends SET seq = $1, hash = $2 WHERE position = 'head'", [seq, hash]);
});

test('replay pages hold the facts of decisions of one kind, newest first, without findings or traces', async () => {
  const finding = { type: 'us-ssn', confidence: 85, place: 'text', evidence: 'XXX-XX-XXXX' } as const;
  const file = { name: 'a.txt', extensions: ['txt'], types: [], size: { state: 'known', bytes: 7 } };
  const facts = activitySchema.shape.facts.parse({ kind: 'file', action: 'download', file });
  const scan: Activity['scan'] = { status: 'completed', findings: [finding] };
  const rows = [0, 1, 2].map((at) =>
    activityOf({ facts, scan, object: { size: 7 + at }, time: new Date(Date.UTC(2026, 0, 5, 10, at)).toISOString() }),
  );
  const old = activityOf({ time: '2026-01-05T09:00:00Z' });
  const login = activityOf({
    facts: activitySchema.shape.facts.parse({ kind: 'access', action: 'login' }),
    activityType: 'login',
    time: '2026-01-05T09:30:00Z',
  });
  await record(...rows, old, login);
  const period = { from: '2026-01-05T00:00:00Z', to: '2026-01-06T00:00:00Z' };
  const ask = (more: object) => messaging.request(activityReplayPage, { kind: 'file', ...period, limit: 2, ...more });
  const first = await ask({});
  expect(first.decisions.map(({ id, size }) => [id, size])).toEqual([
    [rows[2]?.id, 9],
    [rows[1]?.id, 8],
  ]);
  expect(first.withoutFacts).toBe(1);
  const rest = await ask({ cursor: first.nextCursor });
  expect(rest.decisions.map(({ id }) => id)).toEqual([rows[0]?.id]);
  expect([rest.nextCursor, rest.withoutFacts]).toEqual([undefined, 0]);
  expect((await ask({ kind: 'access' })).decisions.map(({ id }) => id)).toEqual([login.id]);
  expect(JSON.stringify([first, rest])).not.toMatch(/evidence|XXX|trace/);
  // Lists stay small: the facts are only in the whole activity.
  expect(JSON.stringify(await list(period))).not.toContain('"facts"');
});

test('days past retention are dropped with their rows, and the chain still verifies', async () => {
  const old = new Date(Date.now() - 30 * dayMs);
  await ensurePartition(dataSource, old.toISOString().slice(0, 10));
  const expired = activityOf({ time: old.toISOString() });
  // Recorded late, after newer ones: its link lies in the middle of the chain.
  await record(expired, activityOf());
  const dropped = await dropExpired(dataSource, cutoffOf(new Date(), 7));
  expect(dropped).toEqual([`activities_${old.toISOString().slice(0, 10).replaceAll('-', '')}`]);
  expect((await messaging.request(activityGet, { id: expired.id })).activity).toBeNull();
  expect(await verifyChain(dataSource, cutoffOf(new Date(), 7))).toMatchObject({ intact: true });
  await dropExpired(dataSource, new Date(Date.now() + 2 * dayMs));
  await logs[0]?.maintain();
  await record(activityOf());
  expect(await verifyChain(dataSource, cutoff())).toMatchObject({ intact: true, links: 1 });
});

test('today and the days ahead have partitions', async () => {
  const rows: { name: string }[] = await dataSource.query(
    "SELECT c.relname AS name FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid WHERE inhparent = 'activities'::regclass ORDER BY 1",
  );
  const today = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const names = rows.map((row) => row.name);
  expect(names.filter((name) => name >= `activities_${today}` && name !== 'activities_default')).toHaveLength(8);
});
