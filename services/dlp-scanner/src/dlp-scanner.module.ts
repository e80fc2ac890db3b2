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
import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { DlpScannerConfig } from './config.ts';
import { type Scanner, type ScannerOptions, startScanner } from './scanner.ts';

type Meters = { readonly lost: Counter<'cause'>; readonly onDone: ScannerOptions['onDone'] };

function metersOf(metrics: Metrics, free: () => number): Meters {
  const registers = [metrics];
  const files = new Counter({
    name: 'gatehouse_inspections_total',
    help: 'Files inspected, by outcome',
    labelNames: ['outcome'],
    registers,
  });
  const seconds = new Histogram({
    name: 'gatehouse_inspection_seconds',
    help: 'Time from the last byte of a file to its result',
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const lost = new Counter({
    name: 'gatehouse_inspection_workers_lost_total',
    help: 'Worker threads that were killed or died',
    labelNames: ['cause'],
    registers,
  });
  new Gauge({
    name: 'gatehouse_inspection_places_free',
    help: 'Files this instance would take now',
    registers,
    collect() {
      this.set(free());
    },
  });
  return {
    lost,
    onDone: ({ outcome, scanMs }) => {
      files.inc({ outcome: outcome.status });
      seconds.observe(scanMs / 1000);
    },
  };
}

@Module({})
export class DlpScannerModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private scanner: Scanner | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: DlpScannerConfig & { readonly LISTEN_HOST: string },
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { config, log } = this;
    const meters = metersOf(this.metrics, () => this.scanner?.free() ?? 0);
    this.scanner = await startScanner({
      messaging: this.messaging,
      listen: { host: config.LISTEN_HOST, port: config.DATA_PORT, publicUrl: config.DATA_PUBLIC_URL },
      pool: {
        size: config.SCAN_WORKERS,
        killMs: config.SCAN_KILL_MS,
        heapMb: config.WORKER_HEAP_MB,
        onLost: (cause) => {
          meters.lost.inc({ cause });
          log.warn({ cause }, 'a scan worker was lost and replaced');
        },
      },
      waiting: config.SCAN_WAITING,
      inspect: {
        maxFileBytes: config.MAX_FILE_BYTES,
        maxCharacters: config.MAX_CHARACTERS,
        maxInflatedBytes: config.MAX_INFLATED_BYTES,
        softStopMs: config.SCAN_SOFT_STOP_MS,
      },
      hasRoom: () => process.memoryUsage.rss() < config.MAX_RSS_MB * 2 ** 20,
      onDone: (result, order) => {
        meters.onDone(result, order);
        const { outcome, size, scanMs } = result;
        log.info({ decisionId: order.decisionId, outcome, size, scanMs }, 'file inspected');
      },
      onError: (error, order) => log.error({ err: error, decisionId: order.decisionId }, 'inspection failed'),
    });
    this.health.register('scanner', () => {
      if ((this.scanner?.alive() ?? 0) === 0) throw new Error('no scan worker is running');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.scanner?.stop();
  }
}
