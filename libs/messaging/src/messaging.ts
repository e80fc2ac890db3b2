// NATS for our services: requests with deadlines, events on JetStream, key-value buckets.
import type { BucketDefinition, EventDefinition, RequestDefinition } from '@gatehouse/contracts/definition';
import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import {
  connect as connectNats,
  headers,
  type Msg,
  type NatsConnection,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import type { z } from 'zod';
import { type Bucket, createBucket } from './bucket.ts';
import { decode, encode } from './codec.ts';
import { type ConsumeLog, startConsumer } from './consume.ts';
import { MessagingError } from './messaging-error.ts';

export type Messaging = {
  /** Asks one of the serving instances. Throws {@link MessagingError}. */
  request<I extends z.ZodType, O extends z.ZodType>(
    definition: RequestDefinition<I, O>,
    input: z.input<I>,
    options?: { readonly deadlineMs?: number },
  ): Promise<z.output<O>>;
  /** Answers requests as one of the queue group named like the subject. Throw MessagingError REFUSED to decline. */
  serve<I extends z.ZodType, O extends z.ZodType>(
    definition: RequestDefinition<I, O>,
    handler: (input: z.output<I>) => Promise<z.input<O>>,
  ): void;
  /** Resolves after the stream has stored the event; repeated ids are stored once. */
  publish<P extends z.ZodType>(
    definition: EventDefinition<P>,
    payload: z.input<P> & { readonly id: string },
  ): Promise<void>;
  /** Consumes with a durable of the topology; see `consume.ts` for redelivery. */
  consume<P extends z.ZodType>(
    definition: EventDefinition<P>,
    durable: string,
    handler: (payload: z.output<P>) => Promise<void>,
  ): Promise<void>;
  bucket<V extends z.ZodType>(definition: BucketDefinition<V>): Promise<Bucket<V>>;
  connected(): boolean;
  /** Takes no further requests and events and finishes those in hand; asking and publishing go on working. */
  stopServing(): Promise<void>;
  /** {@link stopServing}, then disconnects. */
  close(): Promise<void>;
};

export type ConnectOptions = {
  readonly url: string;
  readonly name: string;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly log?: ConsumeLog | undefined;
};

/** Connects and keeps reconnecting for ever; the first connection is waited for. */
export async function connect(options: ConnectOptions): Promise<Messaging> {
  const connection = await connectNats({
    servers: options.url,
    name: options.name,
    inboxPrefix: `_INBOX.${options.name}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    waitOnFirstConnect: true,
    ...(options.user ? { user: options.user, pass: options.password ?? '' } : {}),
  });
  return createMessaging(connection, options.log);
}

/** Messaging over a connection that is already open. */
export function createMessaging(connection: NatsConnection, log?: ConsumeLog): Messaging {
  const client = jetstream(connection);
  const stops: (() => Promise<void>)[] = [];
  const inHand = new Set<Promise<void>>();
  let up = true;
  void watchStatus(connection, (value) => {
    up = value;
  });
  const stopServing = async () => {
    const stopping = stops
      .splice(0)
      .map((stop) => stop().catch((error) => log?.warn({ error }, 'not stopped cleanly')));
    await Promise.all(stopping);
    await Promise.all(inHand);
  };
  return {
    request: (definition, input, settings) => request(connection, up, definition, input, settings?.deadlineMs),
    serve(definition, handler) {
      const subscription = connection.subscribe(definition.subject, {
        queue: definition.subject,
        callback: (error, message) => {
          if (error) return;
          const answered = answer(definition, handler, message, log).finally(() => inHand.delete(answered));
          inHand.add(answered);
        },
      });
      stops.push(() => subscription.drain());
    },
    async publish(definition, payload) {
      await client.publish(definition.subject, encode(definition.payload, payload), { msgID: payload.id });
    },
    async consume(event, durable, handler) {
      stops.push(await startConsumer({ client, event, durable, handler, log }));
    },
    async bucket(definition) {
      return createBucket(definition, await new Kvm(connection).open(definition.bucket), log);
    },
    connected: () => up && !connection.isClosed(),
    stopServing,
    async close() {
      await stopServing();
      if (!connection.isClosed()) await connection.drain().catch(() => connection.close());
    },
  };
}

async function watchStatus(connection: NatsConnection, set: (up: boolean) => void): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect' || status.type === 'reconnecting') set(false);
    if (status.type === 'reconnect') set(true);
  }
}

async function request<I extends z.ZodType, O extends z.ZodType>(
  connection: NatsConnection,
  up: boolean,
  definition: RequestDefinition<I, O>,
  input: z.input<I>,
  deadlineMs = definition.deadlineMs,
): Promise<z.output<O>> {
  const bytes = encode(definition.input, input);
  if (!up) throw new MessagingError('UNREACHABLE', 'not connected to NATS');
  const reply = await connection.request(definition.subject, bytes, { timeout: deadlineMs }).catch((cause: unknown) => {
    if (cause instanceof TimeoutError)
      throw new MessagingError('TIMEOUT', `${definition.subject} took too long`, { cause });
    const silent = cause instanceof RequestError && cause.isNoResponders();
    throw new MessagingError('UNREACHABLE', silent ? `nobody serves ${definition.subject}` : String(cause), { cause });
  });
  const refused = reply.headers?.get('gatehouse-refused');
  if (refused) throw new MessagingError('REFUSED', refused);
  if (reply.headers?.get('gatehouse-error')) throw new MessagingError('BROKEN', `${definition.subject} failed`);
  const decoded = decode(definition.output, reply.data);
  if (!decoded.ok) throw new MessagingError('BROKEN', `${definition.subject}: ${decoded.problem}`);
  return decoded.value;
}

async function answer<I extends z.ZodType, O extends z.ZodType>(
  definition: RequestDefinition<I, O>,
  handler: (input: z.output<I>) => Promise<z.input<O>>,
  message: Msg,
  log?: ConsumeLog,
): Promise<void> {
  const fail = (name: string, value: string) => {
    const flags = headers();
    flags.set(name, value.replaceAll(/[\r\n]/g, ' '));
    message.respond('', { headers: flags });
  };
  const decoded = decode(definition.input, message.data);
  if (!decoded.ok) {
    log?.warn({ subject: definition.subject, problem: decoded.problem }, 'invalid request');
    return fail('gatehouse-refused', `invalid request: ${decoded.problem}`);
  }
  try {
    message.respond(encode(definition.output, await handler(decoded.value)));
  } catch (error) {
    if (error instanceof MessagingError && error.code === 'REFUSED') return fail('gatehouse-refused', error.message);
    log?.error({ subject: definition.subject, error }, 'request handler failed');
    fail('gatehouse-error', 'handler failed');
  }
}
