// How long a changed policy row takes to reach those who watch the snapshot: with the portal's event, and without it,
// when only the poll finds the change.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { policyChanged } from '@gatehouse/contracts/catalogue';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { startPdp } from './pdp.ts';
import { asPolicy, rules } from './policy-rules.ts';
import { measureLine, percentile } from './report.ts';

const changes = 50;
const policies = 100;

type Pdp = Awaited<ReturnType<typeof startPdp>>;

/** When each version of the snapshot was first seen, in the clock of `performance.now()`. */
async function watchVersions(messaging: Messaging): Promise<Map<number, number>> {
  const seen = new Map<number, number>();
  const bucket = await messaging.bucket(snapshotBucket);
  await bucket.watch((_, value) => {
    const { version } = JSON.parse(value?.payload ?? '{"version":0}') as { version: number };
    if (!seen.has(version)) seen.set(version, performance.now());
  });
  return seen;
}

async function waitFor(seen: ReadonlyMap<number, number>, version: number): Promise<number> {
  for (let waited = 0; waited < 30_000; waited += 2) {
    const at = seen.get(version);
    if (at !== undefined) return at;
    await sleep(2);
  }
  throw new Error(`version ${version} of the snapshot never came`);
}

/** Changes one row as the portal does, and gives the epoch it made. */
async function change({ database }: Pdp): Promise<number> {
  return database.transaction(async (manager) => {
    await manager.query(
      `UPDATE portal.policies SET version = version + 1, updated_at = now()
       WHERE id = (SELECT id FROM portal.policies ORDER BY random() LIMIT 1)`,
    );
    await manager.query('UPDATE portal.policy_epoch SET epoch = epoch + 1');
    const [row] = (await manager.query('SELECT epoch FROM portal.policy_epoch')) as { epoch: string }[];
    return Number(row?.epoch);
  });
}

async function measureChanges(pdp: Pdp, messaging: Messaging, seen: ReadonlyMap<number, number>, event: boolean) {
  const times: number[] = [];
  for (let done = 0; done < changes; done += 1) {
    // At any moment of the poll's turn, not always at its end.
    await sleep(Math.random() * 300);
    const epoch = await change(pdp);
    const committed = performance.now();
    const id = randomUUID();
    if (event) await messaging.publish(policyChanged, { id, policyId: id, version: 1, changedBy: 'bench' });
    times.push(((await waitFor(seen, epoch)) - committed) / 1000);
  }
  const name = event ? 'event' : 'poll';
  console.log(`${changes} changes found by ${name}: p50 ${percentile(times, 50).toFixed(3)} s`);
  measureLine(`snapshot-change-by-${name}-p99`, percentile(times, 99), 's', '<=', 5);
}

const pdp = await startPdp();
const messaging = await connect({ url: pdp.natsUrl, name: 'bench' });
try {
  await pdp.store(rules(policies).map(asPolicy));
  const seen = await watchVersions(messaging);
  await waitFor(seen, 1);
  await measureChanges(pdp, messaging, seen, true);
  await measureChanges(pdp, messaging, seen, false);
} finally {
  await messaging.close();
  await pdp.stop();
}
