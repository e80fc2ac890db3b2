// One durable consumer: decoded before the handler, acked after it, dead-lettered when it cannot succeed.
import type { EventDefinition } from '@gatehouse/contracts/definition';
import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import type { z } from 'zod';
import { decode } from './codec.ts';

export const maxDeliveries = 8;

/** Milliseconds until redelivery: 1 s doubling to 10 min, ±20 % so that replicas do not return together. */
export function redeliveryDelay(deliveries: number, random: number): number {
  const base = Math.min(1000 * 2 ** Math.max(0, deliveries - 1), 600_000);
  return Math.round(base * (0.8 + 0.4 * random));
}

export type ConsumeLog = {
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

type Options<P extends z.ZodType> = {
  readonly client: JetStreamClient;
  readonly event: EventDefinition<P>;
  readonly durable: string;
  readonly handler: (payload: z.output<P>) => Promise<void>;
  readonly log?: ConsumeLog | undefined;
};

/** Starts consuming; the returned function stops it after the message in hand. */
export async function startConsumer<P extends z.ZodType>(options: Options<P>): Promise<() => Promise<void>> {
  const consumer = await options.client.consumers.get(options.event.stream, options.durable);
  const messages = await consumer.consume({ max_messages: 64 });
  const run = (async () => {
    for await (const message of messages) await handle(options, message);
  })();
  run.catch((error: unknown) => options.log?.error({ error, durable: options.durable }, 'consumer ended'));
  return async () => {
    await messages.close();
    await run.catch(() => undefined);
  };
}

async function handle<P extends z.ZodType>(options: Options<P>, message: JsMsg): Promise<void> {
  const decoded = decode(options.event.payload, message.data);
  if (!decoded.ok) return deadLetter(options, message, decoded.problem);
  try {
    await options.handler(decoded.value);
    message.ack();
  } catch (error) {
    const deliveries = message.info.deliveryCount;
    options.log?.warn({ error, subject: message.subject, deliveries }, 'event handler failed');
    if (deliveries >= maxDeliveries) return deadLetter(options, message, String(error));
    message.nak(redeliveryDelay(deliveries, Math.random()));
  }
}

async function deadLetter<P extends z.ZodType>(options: Options<P>, message: JsMsg, problem: string): Promise<void> {
  options.log?.error({ subject: message.subject, durable: options.durable, problem }, 'dead letter');
  try {
    const body = JSON.stringify({
      subject: message.subject,
      problem,
      data: Buffer.from(message.data).toString('base64'),
    });
    await options.client.publish(`dead-letter.${options.durable}`, body, {
      msgID: `${options.durable}-${message.info.streamSequence}`,
    });
    // term() without a reason: servers before 2.10 ignore the form with one and redeliver.
    message.term();
  } catch {
    message.nak(redeliveryDelay(message.info.deliveryCount, Math.random()));
  }
}
