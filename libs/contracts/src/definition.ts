// One object per message: subject, schema and kind. Requests are imperative, events past tense.
import type { z } from 'zod';

export type RequestDefinition<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> = {
  readonly kind: 'request';
  readonly subject: string;
  readonly input: I;
  readonly output: O;
  /** Milliseconds the caller waits before it treats the service as down. */
  readonly deadlineMs: number;
};

export type EventDefinition<P extends z.ZodType = z.ZodType> = {
  readonly kind: 'event';
  readonly subject: string;
  readonly stream: string;
  readonly payload: P;
};

export type BucketDefinition<V extends z.ZodType = z.ZodType> = {
  readonly kind: 'bucket';
  readonly bucket: string;
  readonly value: V;
};

/** A question on core NATS: answered by one of a queue group within `deadlineMs`. */
export function defineRequest<I extends z.ZodType, O extends z.ZodType>(
  definition: Omit<RequestDefinition<I, O>, 'kind'>,
): RequestDefinition<I, O> {
  return { kind: 'request', ...definition };
}

/** A fact on JetStream: at least once, deduplicated by event id. */
export function defineEvent<P extends z.ZodType>(definition: Omit<EventDefinition<P>, 'kind'>): EventDefinition<P> {
  return { kind: 'event', ...definition };
}

/** A JetStream key-value bucket that edges watch. */
export function defineBucket<V extends z.ZodType>(definition: Omit<BucketDefinition<V>, 'kind'>): BucketDefinition<V> {
  return { kind: 'bucket', ...definition };
}
