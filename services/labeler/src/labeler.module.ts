import { tmpdir } from 'node:os';
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
import { Counter } from 'prom-client';
import type { LabelerConfig } from './config.ts';
import { type Labeler, type LabelerOptions, startLabeler } from './labeler.ts';

function metersOf(metrics: Metrics) {
  const registers = [metrics];
  return {
    refused: new Counter({
      name: 'gatehouse_protections_refused_total',
      help: 'Downloads that should have been protected and were refused',
      registers,
    }),
    files: new Counter({
      name: 'gatehouse_protections_total',
      help: 'Files protected, by where the label stands, and failures by reason',
      labelNames: ['outcome'],
      registers,
    }),
    lost: new Counter({
      name: 'gatehouse_protection_workers_lost_total',
      help: 'Labelling threads that were killed or died',
      labelNames: ['cause'],
      registers,
    }),
  };
}

@Module({})
export class LabelerModule implements OnApplicationBootstrap, OnApplicationShutdown {
  private labeler: Labeler | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: LabelerConfig & { readonly LISTEN_HOST: string },
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.labeler = await startLabeler(this.options());
    this.health.register('labeler', () => {
      if ((this.labeler?.alive() ?? 0) === 0) throw new Error('no labelling thread is running');
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.labeler?.stop();
  }

  private options(): LabelerOptions {
    const { config, log } = this;
    const meters = metersOf(this.metrics);
    return {
      messaging: this.messaging,
      listen: { host: config.LISTEN_HOST, port: config.DATA_PORT, publicUrl: config.DATA_PUBLIC_URL },
      pool: {
        size: config.PROTECT_WORKERS,
        killMs: config.LABEL_KILL_MS,
        heapMb: config.WORKER_HEAP_MB,
        onLost: (cause) => {
          meters.lost.inc({ cause });
          log.warn({ cause }, 'a labelling thread was lost and replaced');
        },
      },
      waiting: config.PROTECT_WAITING,
      spool: {
        maxBytes: config.MAX_FILE_BYTES,
        memoryBytes: config.MEMORY_FILE_BYTES,
        folder: config.SPOOL_DIR ?? tmpdir(),
      },
      wrapper: config.WRAPPER,
      htmlMaxBytes: config.HTML_MAX_BYTES,
      signingKey: config.LABEL_SIGNING_KEY,
      onRefused: (refusal) => {
        meters.refused.inc();
        log.warn(refusal, 'protection refused');
      },
      onDone: (result, { request: { decisionId } }) => {
        const outcome =
          result.type === 'protected' ? result.file.innerLabel : result.type === 'kept' ? 'kept' : result.reason;
        meters.files.inc({ outcome });
        const fields = { decisionId, outcome, ...(result.type === 'protected' ? result.file : {}) };
        if (result.type === 'failed') log.warn(fields, 'protection failed');
        else log.info(fields, 'file protected');
      },
      onError: (error, { request }) => {
        meters.files.inc({ outcome: 'broken' });
        log.error({ err: error, decisionId: request.decisionId }, 'protection failed');
      },
    };
  }
}
