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
import { type ActivityLog, startActivityLog } from './activity-log.ts';
import { checkpointSigner } from './checkpoint.store.ts';
import type { ActivityLogConfig } from './config.ts';

@Module({})
export class ActivityLogModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private dataSource: DataSource | undefined;
  private activityLog: ActivityLog | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: ActivityLogConfig,
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const dataSource = await openDatabase({ url: this.config.DATABASE_URL, schema: 'activity' });
    this.dataSource = dataSource;
    const recorded = new Counter({
      name: 'gatehouse_activities_recorded_total',
      help: 'Rows written to the activity log',
      registers: [this.metrics],
    });
    this.activityLog = await startActivityLog({
      dataSource,
      messaging: this.messaging,
      retentionDays: this.config.RETENTION_DAYS,
      now: () => new Date(),
      signer: this.config.CHECKPOINT_KEY === undefined ? undefined : checkpointSigner(this.config.CHECKPOINT_KEY),
      onCheckpoint: (checkpoint) => this.log.info({ checkpoint }, 'activity chain checkpoint'),
      onRecorded: () => recorded.inc(),
      onError: (error) => this.log.error({ error }, 'activity-log failed in the background'),
    });
    this.health.register('postgres', async () => {
      await dataSource.query('SELECT 1');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.activityLog?.stop();
    await this.dataSource?.destroy();
  }
}
