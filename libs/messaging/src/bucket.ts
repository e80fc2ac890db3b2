// A JetStream key-value bucket of one contract, watched by its readers.
import type { BucketDefinition } from '@gatehouse/contracts/definition';
import type { KV } from '@nats-io/kv';
import type { z } from 'zod';
import { decode, encode } from './codec.ts';

export type Bucket<V extends z.ZodType = z.ZodType> = {
  /** The value, or undefined where there is none or it does not fit the contract. */
  get(key: string): Promise<z.output<V> | undefined>;
  put(key: string, value: z.input<V>): Promise<void>;
  delete(key: string): Promise<void>;
  /** All values whose key begins with `prefix`; those that do not fit the contract are left out. */
  list(prefix: string): Promise<z.output<V>[]>;
  /** Calls back for every present key, then for every change; resolves once the present state is delivered. */
  watch(onChange: (key: string, value: z.output<V> | undefined) => void): Promise<void>;
};

export type BucketLog = { warn(fields: object, message: string): void };

/** Wraps an opened KV bucket. */
export function createBucket<V extends z.ZodType>(definition: BucketDefinition<V>, kv: KV, log?: BucketLog): Bucket<V> {
  const read = (key: string, operation: string, bytes: Uint8Array): z.output<V> | undefined => {
    if (operation !== 'PUT') return undefined;
    const decoded = decode(definition.value, bytes);
    if (decoded.ok) return decoded.value;
    log?.warn({ bucket: definition.bucket, key, problem: decoded.problem }, 'bucket value ignored');
    return undefined;
  };
  return {
    async get(key) {
      const entry = await kv.get(key);
      return entry ? read(key, entry.operation, entry.value) : undefined;
    },
    async put(key, value) {
      await kv.put(key, encode(definition.value, value));
    },
    async delete(key) {
      await kv.delete(key);
    },
    async list(prefix) {
      const found: z.output<V>[] = [];
      for await (const key of await kv.keys()) {
        const value = key.startsWith(prefix) ? await this.get(key) : undefined;
        if (value !== undefined) found.push(value);
      }
      return found;
    },
    async watch(onChange) {
      const present = (await kv.status()).values;
      const entries = await kv.watch();
      await new Promise<void>((resolve) => {
        // A key deleted between status and watch leaves the count one short: wait for it a second at most.
        const patience = setTimeout(resolve, present === 0 ? 0 : 1000);
        let seen = 0;
        const follow = async () => {
          for await (const entry of entries) {
            onChange(entry.key, read(entry.key, entry.operation, entry.value));
            seen += 1;
            if (seen === present) {
              clearTimeout(patience);
              resolve();
            }
          }
        };
        follow().catch((error: unknown) => log?.warn({ bucket: definition.bucket, error }, 'bucket watch ended'));
      });
    },
  };
}
