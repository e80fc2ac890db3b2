// The sender: takes due deliveries one by one, several at a time, until none is left.
import { setTimeout as delay } from 'node:timers/promises';
import { giveUpMs, retryDelayMs } from '@gatehouse/alerting/delivery';
import type { Channel } from '@gatehouse/alerting/limits';
import type { DataSource } from 'typeorm';
import type { ChannelClient, SendResult } from './channel.client.ts';
import { type ClaimedDelivery, claimDelivery, closeAttempt, type DeliveryOutcome } from './delivery.store.ts';

export type SenderDependencies = {
  readonly dataSource: DataSource;
  readonly channels: Readonly<Record<Channel, ChannelClient>>;
  readonly now: () => Date;
  readonly random: () => number;
  /** Called once per ended attempt, for metrics. */
  readonly onOutcome: (channel: Channel, status: 'delivered' | 'failed' | 'capped' | 'pending') => void;
  readonly onError: (error: unknown) => void;
};

export type Sender = { wake(): void; stop(): Promise<void> };

/** Three times the longest send: a claim outlives any attempt that is still under way. */
const leaseMs = 60_000;
const idleMs = 1_000;
const workers = 4;

function outcomeOf(delivery: ClaimedDelivery, result: SendResult, deps: SenderDependencies): DeliveryOutcome {
  if (result.type === 'delivered') return { status: 'delivered', providerId: result.providerId };
  const now = deps.now().getTime();
  if (result.permanent || now - delivery.createdAt.getTime() > giveUpMs)
    return { status: 'failed', error: result.error };
  const nextAttemptAt = new Date(now + retryDelayMs(delivery.attempts, deps.random()));
  return { status: 'pending', error: result.error, nextAttemptAt };
}

/** Sends one due delivery; false if there is none. */
export async function sendNext(deps: SenderDependencies): Promise<boolean> {
  const delivery = await claimDelivery(deps.dataSource, deps.now(), leaseMs);
  if (!delivery) return false;
  if (delivery.capped) {
    deps.onOutcome(delivery.channel, 'capped');
    return true;
  }
  const request = { deliveryId: delivery.id, recipient: delivery.recipient, message: delivery.message };
  const result = await deps.channels[delivery.channel].send(request);
  const outcome = outcomeOf(delivery, result, deps);
  await closeAttempt(deps.dataSource, delivery.id, outcome, deps.now());
  deps.onOutcome(delivery.channel, outcome.status);
  return true;
}

async function work(deps: SenderDependencies, stopped: AbortSignal, idle: () => Promise<void>): Promise<void> {
  while (!stopped.aborted) {
    try {
      if (await sendNext(deps)) continue;
    } catch (error) {
      deps.onError(error);
    }
    await idle();
  }
}

/** Starts the workers. `wake` makes idle ones look at once; `stop` waits for attempts under way. */
export function startSender(deps: SenderDependencies): Sender {
  const stopping = new AbortController();
  let nap = new AbortController();
  const idle = () => delay(idleMs, undefined, { signal: nap.signal }).catch(() => undefined);
  const wake = () => {
    nap.abort();
    nap = new AbortController();
  };
  const running = Promise.all(Array.from({ length: workers }, () => work(deps, stopping.signal, idle)));
  return {
    wake,
    stop: async () => {
      stopping.abort();
      wake();
      await running;
    },
  };
}
