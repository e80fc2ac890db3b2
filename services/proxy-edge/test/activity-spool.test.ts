import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Activity, activitySchema } from '@gatehouse/contracts/activity';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ActivitySpool } from '../src/activity-spool.ts';
import { newDecision } from '../src/recording.ts';
import { eventually } from './edge-world.ts';

const log = pino({ level: 'silent' });
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-activities-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const activity = (): Activity => {
  const { id, reference } = newDecision(Date.now());
  return activitySchema.parse({
    ...{
      id,
      referenceId: reference,
      time: new Date().toISOString(),
      app: 'files',
      host: 'h',
      activityType: 'download',
    },
    ...{ user: 'ann', ip: '192.0.2.1', scan: { status: 'notRequested' }, appliedAction: 'none', reason: 'NO_MATCH' },
  });
};
// An outage is what this is about; the whole way over a real NATS is in edge.test.ts.
const messaging = (publish: (id: string) => Promise<void>, connected = true) =>
  ({
    publish: (_event: unknown, payload: Activity) => publish(payload.id),
    connected: () => connected,
  }) as unknown as Messaging;
const away = messaging(() => Promise.reject(new Error('away')), false);
const lines = () => readFileSync(join(folder, 'activities.ndjson'), 'utf8').split('\n').filter(Boolean);

it('publishes after a restart what was not published before, a torn line aside', async () => {
  const recorded = [activity(), activity(), activity()];
  const before = await ActivitySpool.open(folder, away, log);
  await Promise.all(recorded.map((each) => before.record(each)));
  expect(lines()).toHaveLength(3);
  await before.stop();
  appendFileSync(join(folder, 'activities.ndjson'), '{"id":"torn');
  const published: string[] = [];
  const after = await ActivitySpool.open(
    folder,
    messaging(async (id) => void published.push(id)),
    log,
  );
  await eventually(() => (published.length >= 3 ? true : undefined));
  await after.stop();
  expect(published).toEqual(recorded.map(({ id }) => id));
  expect(lines()).toEqual([]);
});

it('never loses a line that is written while the published ones are cleared', async () => {
  const published = new Set<string>();
  const open = (url: Messaging) => ActivitySpool.open(folder, url, log);
  let up = true;
  const flaky = messaging(
    (id) => (up ? Promise.resolve(void published.add(id)) : Promise.reject(new Error('away'))),
    false,
  );
  const spool = await open(flaky);
  const recorded: string[] = [];
  for (let round = 0; round < 200; round += 1) {
    const each = activity();
    recorded.push(each.id);
    await spool.record(each);
    if (round % 10 === 0) await new Promise((resolve) => setTimeout(resolve, round % 7));
  }
  up = false;
  const last = activity();
  await spool.record(last);
  const left = lines().map((line) => (JSON.parse(line) as Activity).id);
  for (const id of [...recorded, last.id]) expect(published.has(id) || left.includes(id)).toBe(true);
  await spool.stop();
}, 30_000);
