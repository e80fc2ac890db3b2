// One running activity log: consumer, partitions, retention and the portal's questions.
import { type Activity, activityRecorded } from '@gatehouse/contracts/activity';
import {
  activityCount,
  activityGet,
  activityList,
  activityVerify,
  type Checkpoint,
} from '@gatehouse/contracts/queries';
import { activityReplayPage } from '@gatehouse/contracts/replay';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { DataSource } from 'typeorm';
import { consumerName, countActivities, findActivity, insertActivity, listActivities } from './activity.store.ts';
import { verifyChain } from './chain.store.ts';
import { type CheckpointSigner, verifyCheckpoints, writeCheckpoint } from './checkpoint.store.ts';
import { cutoffOf, dayOf, dropExpired, ensureAhead, ensurePartition } from './partition.store.ts';
import { replayPage } from './replay.store.ts';

const daysAhead = 7;
const maintainEveryMs = 3_600_000;
const checkpointLookMs = 60_000;

export type ActivityLogDependencies = {
  readonly dataSource: DataSource;
  readonly messaging: Messaging;
  readonly retentionDays: number;
  readonly now: () => Date;
  /** Undefined: no checkpoints. */
  readonly signer?: CheckpointSigner | undefined;
  readonly onCheckpoint?: (checkpoint: Checkpoint) => void;
  readonly onRecorded: () => void;
  readonly onError: (error: unknown) => void;
};

export type ActivityLog = {
  /** Makes partitions ahead and drops expired ones. */
  maintain(): Promise<void>;
  /** Writes a checkpoint if one is due. */
  checkpoint(): Promise<void>;
  stop(): void;
};

/** A spooled activity of an earlier day gets its own partition; days out of any reason stay in the default one. */
function partitionKeeper(deps: ActivityLogDependencies): (activity: Activity) => Promise<void> {
  const made = new Set<string>();
  return async (activity) => {
    const time = new Date(activity.time);
    const day = dayOf(time);
    const ahead = deps.now().getTime() + daysAhead * 86_400_000;
    if (made.has(day) || time < cutoffOf(deps.now(), deps.retentionDays) || time.getTime() > ahead) return;
    try {
      await ensurePartition(deps.dataSource, day);
      made.add(day);
    } catch (error) {
      // The default partition takes the row: recording goes before tidiness.
      deps.onError(error);
    }
  };
}

async function verified(deps: ActivityLogDependencies, checkpoints: readonly Checkpoint[]) {
  const { dataSource, signer } = deps;
  const report = await verifyChain(dataSource, cutoffOf(deps.now(), deps.retentionDays));
  if (!report.intact || signer === undefined) return report.intact ? { ...report, signed: false } : report;
  const problem = await verifyCheckpoints(dataSource, signer, checkpoints);
  return problem === undefined ? { ...report, signed: true } : { intact: false as const, ...problem };
}

function serveQuestions(deps: ActivityLogDependencies): void {
  const { messaging, dataSource } = deps;
  messaging.serve(activityVerify, ({ checkpoints }) => verified(deps, checkpoints));
  messaging.serve(activityList, (input) => listActivities(dataSource, input));
  messaging.serve(activityGet, async ({ id }) => ({ activity: (await findActivity(dataSource, id)) ?? null }));
  messaging.serve(activityCount, async (input) => ({ groups: await countActivities(dataSource, input) }));
  messaging.serve(activityReplayPage, (input) => replayPage(dataSource, input));
}

/** Starts everything; resolves when activities are consumed. */
export async function startActivityLog(deps: ActivityLogDependencies): Promise<ActivityLog> {
  const { dataSource, messaging } = deps;
  const maintain = async () => {
    await ensureAhead(dataSource, deps.now(), daysAhead);
    await dropExpired(dataSource, cutoffOf(deps.now(), deps.retentionDays));
  };
  await maintain();
  const keepPartition = partitionKeeper(deps);
  await messaging.consume(activityRecorded, consumerName, async (activity) => {
    await keepPartition(activity);
    if (await insertActivity(dataSource, activity)) deps.onRecorded();
  });
  serveQuestions(deps);
  const clock = setInterval(() => maintain().catch(deps.onError), maintainEveryMs);
  const checkpoint = async () => {
    const written = deps.signer && (await writeCheckpoint(dataSource, deps.signer, deps.now()));
    if (written) deps.onCheckpoint?.(written);
  };
  const checkpoints = setInterval(() => checkpoint().catch(deps.onError), checkpointLookMs);
  const stop = () => {
    clearInterval(clock);
    clearInterval(checkpoints);
  };
  return { maintain, checkpoint, stop };
}
