// Worker threads that inspect, one file each at a time.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import { startParserThread } from '@gatehouse/service-kit/parser-thread';
import { type Said, ThreadPool } from '@gatehouse/service-kit/thread-pool';
import type { WorkerMessage, WorkerTask } from './inspect.worker.ts';
import type { InspectionOrder, InspectionReport } from './inspection.ts';

export type PoolOptions = {
  readonly size: number;
  readonly killMs: number;
  readonly heapMb: number;
  /** Told once per lost worker, without any content. */
  readonly onLost: (cause: string) => void;
  /** Worker file; only tests give another one. */
  readonly script?: URL;
};

type Answer = Partial<InspectionReport> & { outcome: ScanOutcome };

export type WorkerPool = {
  /** Always resolves. `bytes` are handed over and unusable afterwards. */
  run(bytes: ArrayBuffer, order: InspectionOrder): Promise<Answer>;
  /** Threads that can take a file or have one. */
  alive(): number;
  /** Resolves when no file is being scanned; then the threads are ended. */
  close(): Promise<void>;
};

export function createPool({ heapMb, script, ...options }: PoolOptions): WorkerPool {
  const pool = new ThreadPool<Omit<WorkerTask, 'id'>, WorkerMessage, Answer, InspectionReport>({
    ...options,
    start: () => startParserThread({ beside: import.meta.url, name: 'inspect.worker', heapMb, script }),
    send: (task, id) => ({ message: { id, ...task } satisfies WorkerTask, transfer: [task.bytes] }),
    read,
    lost: (cause, progress) => ({ ...progress, outcome: outcomeOf(cause) }),
  });
  return {
    run: (bytes, order) => pool.run({ bytes, order }),
    alive: () => pool.alive(),
    close: () => pool.close(),
  };
}

function read(message: WorkerMessage): Said<Answer, InspectionReport> {
  switch (message.type) {
    case 'ready':
      return message;
    case 'progress':
      return { type: 'progress', progress: message.report };
    case 'done':
      return { type: 'answer', answer: message.report };
  }
}

/** Not `corrupt`, which policies let through by default: a file that kills its reader must not gain by it. */
const crashed: ScanOutcome = { status: 'timeout', stage: 'crashed' };

function outcomeOf(cause: string): ScanOutcome {
  switch (cause) {
    case 'timeout':
      return { status: 'timeout', stage: 'killed' };
    case 'waiting':
      return { status: 'timeout', stage: 'waiting' };
    case 'ERR_WORKER_OUT_OF_MEMORY':
      return { status: 'tooLarge', limit: 'memory' };
    default:
      return crashed;
  }
}
