// The edge's only wiring: clients of KV and services, spools, listeners.
import { openAddressSources } from '@gatehouse/enforcement/address-sources';
import { DecisionClient } from '@gatehouse/enforcement/decision.client';
import { SnapshotClient } from '@gatehouse/enforcement/snapshot.client';
import type { Messaging } from '@gatehouse/messaging/messaging';
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
import { Inject, Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { ActivitySpool } from './activity-spool.ts';
import { CatalogueClient } from './catalogue.client.ts';
import type { Config } from './config.ts';
import { DevicesClient } from './devices.client.ts';
import { DiscoveryClient } from './discovery.client.ts';
import type { Edge } from './edge.ts';
import { type Listening, startHttp, startHttps } from './listeners.ts';
import { RestrictedStore } from './restricted.store.ts';
import { cutRefused } from './routed-away.ts';
import { SessionClient } from './session.client.ts';
import { SpoolQuota } from './spool.ts';
import { createUpstream } from './upstream.ts';

const touchEveryMs = 30_000;
const sweepEveryMs = 2_000;

/** Connects everything an edge needs; no listener yet. */
export async function createEdge(
  config: Config,
  log: Log,
  messaging: Messaging,
  metrics: Metrics = new Registry(),
): Promise<Edge> {
  const unscanned = new Counter({
    name: 'gatehouse_bytes_delivered_unscanned_total',
    help: 'Clear bytes delivered although a policy wanted them inspected and they were not, or not wholly',
    registers: [metrics],
  });
  const catalogue = new CatalogueClient(config.SUFFIX, await openAddressSources(config, log));
  const sessions = new SessionClient(messaging);
  const devices = new DevicesClient();
  const discovered = new DiscoveryClient(log);
  const snapshot = new SnapshotClient(config.SNAPSHOT_PUBLIC_KEY);
  await Promise.all([
    catalogue.watch(messaging),
    sessions.watch(),
    snapshot.watch(messaging),
    devices.watch(messaging),
    discovered.open(messaging),
  ]);
  devices.onChange(() => cutLostDevices(sessions, devices));
  return {
    config,
    log,
    messaging,
    catalogue,
    sessions,
    devices,
    discovered,
    snapshot,
    decisions: new DecisionClient(messaging, snapshot, log),
    activities: await ActivitySpool.open(config.SPOOL_DIR, messaging, log),
    restricted: new RestrictedStore(),
    quota: new SpoolQuota(config.SPOOL_QUOTA_BYTES),
    upstream: createUpstream({ allowLocalhost: config.ALLOW_LOCALHOST }),
    unscanned: (bytes) => unscanned.inc(bytes),
  };
}

/** What streams for a device that no longer counts ends; the browser's next request says why. */
function sweep(edge: Edge): void {
  edge.sessions.sweep(Date.now());
  cutRefused(edge, Date.now());
}

function cutLostDevices(sessions: SessionClient, devices: DevicesClient): void {
  const now = Date.now();
  sessions.cut(({ certificate }) => certificate !== undefined && devices.lost(certificate, now) !== undefined);
}

@Module({})
export class ProxyEdgeModule implements OnApplicationBootstrap, OnModuleDestroy {
  private edge: Edge | undefined;
  private listening: Listening[] = [];
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const edge = await createEdge(this.config, this.log, this.messaging, this.metrics);
    this.edge = edge;
    if (this.config.HTTP_PORT !== undefined) this.listening.push(await startHttp(edge, this.config.HTTP_PORT));
    if (this.config.HTTPS_PORT !== undefined) this.listening.push(await startHttps(edge, this.config.HTTPS_PORT));
    this.health.register('catalogue', () => {
      if (!edge.catalogue.ready()) throw new Error('no catalogue yet: the portal has not published one');
    });
    this.timers.push(setInterval(() => void edge.sessions.flush().catch(() => undefined), touchEveryMs));
    this.timers.push(setInterval(() => sweep(edge), sweepEveryMs));
    this.timers.push(setInterval(() => cutLostDevices(edge.sessions, edge.devices), touchEveryMs));
  }

  async onModuleDestroy(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.listening.map((each) => each.close()));
    await this.edge?.sessions.flush().catch(() => undefined);
    await this.edge?.activities.stop();
    this.edge?.upstream.close();
  }
}
