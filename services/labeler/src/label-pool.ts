// Threads that label, one file each.
import { startParserThread } from '@gatehouse/service-kit/parser-thread';
import { ThreadPool } from '@gatehouse/service-kit/thread-pool';
import type { LabelMessage, LabelOutcome, LabelTask } from './label.worker.ts';

export type LabelOrder = Omit<LabelTask, 'id'>;
/** `lost`: the thread died or was killed; the bytes it held are gone with it. */
export type Labelled = { readonly outcome: LabelOutcome; readonly stored: LabelTask['stored'] } | 'lost';

export type LabelPoolOptions = {
  readonly size: number;
  readonly killMs: number;
  readonly heapMb: number;
  readonly onLost: (cause: string) => void;
  /** Worker file; only tests give another one. */
  readonly script?: URL;
};

export type LabelPool = ThreadPool<LabelOrder, LabelMessage, Labelled>;

/** Bytes in memory are handed over and come back with the answer. */
export function createLabelPool({ heapMb, script, ...options }: LabelPoolOptions): LabelPool {
  return new ThreadPool<LabelOrder, LabelMessage, Labelled>({
    ...options,
    start: () => startParserThread({ beside: import.meta.url, name: 'label.worker', heapMb, script }),
    send: (order, id) => ({
      message: { id, ...order } satisfies LabelTask,
      transfer: order.stored.kind === 'memory' ? [order.stored.bytes.buffer] : [],
    }),
    read: (message) =>
      message.type === 'ready'
        ? message
        : { type: 'answer', answer: { outcome: message.outcome, stored: message.stored } },
    lost: () => 'lost',
  });
}
