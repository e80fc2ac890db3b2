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
import { Counter, Gauge } from 'prom-client';
import type { DataSource } from 'typeorm';
import { channelsOf } from './channels.ts';
import type { AlertNotifierConfig } from './config.ts';
import { countPending } from './delivery.store.ts';
import { linkMac } from './link-secret.ts';
import { type Notifier, type NotifierDependencies, startNotifier } from './notifier.ts';

const now = () => new Date();

function countersOf(metrics: Metrics, dataSource: DataSource): Pick<NotifierDependencies, 'onRecorded' | 'onOutcome'> {
  const registers = [metrics];
  const alerts = new Counter({
    name: 'gatehouse_alerts_total',
    help: 'Alerts by result',
    labelNames: ['result'],
    registers,
  });
  const deliveries = new Counter({
    name: 'gatehouse_alert_deliveries_total',
    help: 'Attempts to reach a recipient, by outcome',
    labelNames: ['channel', 'status'],
    registers,
  });
  new Gauge({
    name: 'gatehouse_alert_deliveries_pending',
    help: 'Messages waiting for a channel',
    registers,
    async collect() {
      this.set(await countPending(dataSource));
    },
  });
  return {
    onRecorded: ({ sent, suppressed }) => {
      alerts.inc({ result: 'sent' }, sent);
      alerts.inc({ result: 'suppressed' }, suppressed);
    },
    onOutcome: (channel, status) => deliveries.inc({ channel, status }),
  };
}

@Module({})
export class AlertNotifierModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private dataSource: DataSource | undefined;
  private notifier: Notifier | undefined;
  private channels: NotifierDependencies['channels'] | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: AlertNotifierConfig,
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { config, log, messaging } = this;
    const dataSource = await openDatabase({ url: config.DATABASE_URL, schema: 'alerts' });
    this.dataSource = dataSource;
    this.channels = channelsOf(config, now);
    this.notifier = await startNotifier({
      dataSource,
      messaging,
      channels: this.channels,
      organisation: { email: config.ORG_ALERT_EMAIL, sms: config.ORG_ALERT_SMS },
      portalUrl: config.PORTAL_URL,
      mailFrom: config.MAIL_FROM,
      mac: config.ALERT_LINK_SECRET === undefined ? undefined : linkMac(config.ALERT_LINK_SECRET),
      snapshotPublicKey: config.SNAPSHOT_PUBLIC_KEY,
      now,
      ...countersOf(this.metrics, dataSource),
      onError: (error) => log.error({ error }, 'alert-notifier failed in the background'),
    });
    this.health.register('postgres', async () => {
      await dataSource.query('SELECT 1');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.notifier?.stop();
    for (const client of Object.values(this.channels ?? {})) await client.close();
    await this.dataSource?.destroy();
  }
}
