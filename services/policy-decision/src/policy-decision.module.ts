import { setImmediate } from 'node:timers/promises';
import { policyChanged } from '@gatehouse/contracts/catalogue';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { decisionPreview } from '@gatehouse/contracts/preview';
import { activityReplayPage, decisionReplay } from '@gatehouse/contracts/replay';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { openDatabase } from '@gatehouse/postgres/database';
import {
  CONFIG,
  HEALTH,
  type Health,
  LOG,
  type Log,
  MESSAGING,
  METRICS,
  type Metrics,
} from '@gatehouse/service-kit/tokens';
import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import type { Config } from './config.ts';
import { evaluateHandler } from './evaluate.handler.ts';
import { LivePolicies } from './live-policies.ts';
import { policyStore } from './policy.store.ts';
import { previewHandler } from './preview.handler.ts';
import { publishSnapshot } from './publish-snapshot.handler.ts';
import { RefreshLoop } from './refresh-loop.ts';
import { replayHandler } from './replay.handler.ts';
import { snapshotSigner } from './snapshot-signer.ts';

const DATABASE = Symbol('DATABASE');

@Module({
  providers: [
    {
      provide: DATABASE,
      inject: [CONFIG],
      useFactory: ({ DATABASE_URL }: Config) => openDatabase({ url: DATABASE_URL, schema: 'portal' }),
    },
  ],
})
export class PolicyDecisionModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private loop: RefreshLoop | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
    @Inject(DATABASE) private readonly database: DataSource,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const policies = new LivePolicies(policyStore(this.database), Date.now);
    this.health.register('policies', () => void policies.current());
    const bucket = await this.messaging.bucket(snapshotBucket);
    const signer = snapshotSigner(this.config.SNAPSHOT_SIGNING_KEY);
    this.loop = new RefreshLoop({
      policies,
      publish: () => publishSnapshot({ policies, bucket, signer, now: Date.now }),
      // Answers are served only once there is something to decide from: until then nobody listens, and the PEP
      // treats the PDP as unreachable, not as broken.
      onFirstLoad: () => this.serve(policies),
      onError: (error, doing) => this.log.error({ err: error }, `cannot ${doing}`),
      pollMs: this.config.POLICY_POLL_MS,
      publishMs: this.config.SNAPSHOT_INTERVAL_MS,
      now: Date.now,
    });
    await this.loop.start();
    // One durable for all instances: whichever gets the event reloads at once, the others at their next poll.
    await this.messaging.consume(policyChanged, 'policy-decision', async () => this.loop?.wake());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
    await this.database.destroy();
  }

  private serve(policies: LivePolicies): void {
    const decisions = new Counter({
      name: 'gatehouse_decisions_total',
      help: 'Verdicts by action and reason',
      labelNames: ['action', 'reason'],
      registers: [this.metrics],
    });
    const clock = () => performance.now();
    const count = (action: string, reason: string) => decisions.inc({ action, reason });
    this.messaging.serve(decisionEvaluate, evaluateHandler({ policies, clock, count }));
    this.messaging.serve(decisionPreview, previewHandler({ policies, clock }));
    const page = (request: z.input<typeof activityReplayPage.input>) =>
      this.messaging.request(activityReplayPage, request);
    this.messaging.serve(decisionReplay, replayHandler({ policies, page, clock, yieldNow: setImmediate }));
  }
}
