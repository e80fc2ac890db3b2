import { protectionOpen } from '@gatehouse/contracts/inspection';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { LOG, type Log, MESSAGING, METRICS, type Metrics } from '@gatehouse/service-kit/tokens';
import { Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { Counter } from 'prom-client';
import { openProtection } from './open-protection.handler.ts';

@Module({})
export class LabelerModule implements OnApplicationBootstrap {
  constructor(
    @Inject(LOG) private readonly log: Log,
    @Inject(MESSAGING) private readonly messaging: Messaging,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    const refused = new Counter({
      name: 'gatehouse_protections_refused_total',
      help: 'Downloads that should have been protected and were refused',
      registers: [this.metrics],
    });
    const onRefused = (refusal: { decisionId: string; label: string }) => {
      refused.inc();
      this.log.warn(refusal, 'protection refused: not available in this release');
    };
    this.messaging.serve(protectionOpen, openProtection(onRefused));
  }
}
