// Worker threads for one file each at a time: killed when they overrun, replaced when they die or grow old.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import type { WorkerMessage, WorkerTask } from './inspect.worker.ts';
import type { InspectionOrder, InspectionReport } from './inspection.ts';

const RECYCLE_AFTER = 500;
/** A worker that cannot even start must not be restarted in a tight loop. */
const RESTART_MS = 1_000;

export type PoolOptions = {
  readonly size: number;
  readonly killMs: number;
  readonly heapMb: number;
  /** Told once per lost worker, without any content. */
  readonly onLost: (cause: string) => void;
  /** Worker file; only tests give another one. */
  readonly script?: URL;
};

export type WorkerPool = {
  /** Always resolves. `bytes` are handed over and unusable afterwards. */
  run(bytes: ArrayBuffer, order: InspectionOrder): Promise<Partial<InspectionReport> & { outcome: ScanOutcome }>;
  /** Threads that can take a file or have one. */
  alive(): number;
  /** Resolves when no file is being scanned; then the threads are ended. */
  close(): Promise<void>;
};

type Answer = Awaited<ReturnType<WorkerPool['run']>>;
type Task = {
  readonly bytes: ArrayBuffer;
  readonly order: InspectionOrder;
  readonly finish: (answer: Answer) => void;
  timer?: NodeJS.Timeout;
  progress?: InspectionReport;
};
type Slot = { readonly worker: Worker; task: Task | undefined; files: number; ready: boolean };

/** Starts `size` threads at once, so that the first file does not wait for one. */
export function createPool(options: PoolOptions): WorkerPool {
  return new ThreadPool(options);
}

class ThreadPool implements WorkerPool {
  private readonly waiting: Task[] = [];
  private readonly slots: Slot[] = [];
  private nextId = 0;
  private closed = false;

  constructor(private readonly options: PoolOptions) {
    for (let i = 0; i < options.size; i++) this.spawn();
  }

  run(bytes: ArrayBuffer, order: InspectionOrder): Promise<Answer> {
    return new Promise((resolve) => {
      const task: Task = {
        bytes,
        order,
        finish: (answer) => {
          clearTimeout(task.timer);
          resolve(answer);
        },
      };
      task.timer = setTimeout(() => this.overrun(task), this.options.killMs);
      this.waiting.push(task);
      this.next();
    });
  }

  alive(): number {
    return this.slots.filter((slot) => slot.ready).length;
  }

  async close(): Promise<void> {
    while (this.waiting.length > 0 || this.slots.some((slot) => slot.task !== undefined)) await pause(20);
    this.closed = true;
    await Promise.all(this.slots.splice(0).map((slot) => slot.worker.terminate()));
  }

  private spawn(): void {
    if (this.closed) return;
    const slot: Slot = { worker: startWorker(this.options), task: undefined, files: 0, ready: false };
    this.slots.push(slot);
    slot.worker.on('message', (message: WorkerMessage) => this.receive(slot, message));
    slot.worker.on('error', (error) => this.lose(slot, outcomeOf(error), codeOf(error)));
    slot.worker.on('exit', () => this.lose(slot, crashed, 'exit'));
  }

  private receive(slot: Slot, message: WorkerMessage): void {
    if (message.type === 'progress') {
      if (slot.task !== undefined) slot.task.progress = message.report;
      return;
    }
    if (message.type === 'ready') slot.ready = true;
    else this.settle(slot, message.report);
    if (slot.files >= RECYCLE_AFTER) this.replace(slot);
    this.next();
  }

  private next(): void {
    const slot = this.slots.find((candidate) => candidate.ready && candidate.task === undefined);
    const task = slot && this.waiting.shift();
    if (slot === undefined || task === undefined) return;
    slot.task = task;
    slot.files++;
    const message: WorkerTask = { id: this.nextId++, bytes: task.bytes, order: task.order };
    slot.worker.postMessage(message, [task.bytes]);
  }

  private settle(slot: Slot, answer: Answer): void {
    const { task } = slot;
    slot.task = undefined;
    task?.finish(answer);
  }

  private replace(slot: Slot): void {
    void slot.worker.terminate();
    this.slots.splice(this.slots.indexOf(slot), 1);
    if (slot.ready) this.spawn();
    else setTimeout(() => this.spawn(), RESTART_MS).unref();
  }

  private lose(slot: Slot, outcome: ScanOutcome, cause: string): void {
    if (!this.slots.includes(slot)) return;
    this.options.onLost(cause);
    this.settle(slot, { ...slot.task?.progress, outcome });
    this.replace(slot);
    this.next();
  }

  /** The clock runs from arrival: whoever asks has waited for the queue, too. */
  private overrun(task: Task): void {
    const slot = this.slots.find((candidate) => candidate.task === task);
    if (slot !== undefined) {
      this.lose(slot, { status: 'timeout', stage: 'killed' }, 'timeout');
      return;
    }
    this.waiting.splice(this.waiting.indexOf(task), 1);
    task.finish({ outcome: { status: 'timeout', stage: 'waiting' } });
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** From source the worker is TypeScript and needs the loader; a bundle has it as a second entry beside itself. */
function startWorker(options: PoolOptions): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  const script =
    options.script ?? new URL(fromSource ? './inspect.worker.ts' : './inspect.worker.mjs', import.meta.url);
  const loader = () => ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
  return new Worker(script, {
    execArgv: fromSource ? loader() : [],
    // No secret of this process is any business of code that parses strangers' files.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: options.heapMb, maxYoungGenerationSizeMb: 32 },
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'error';
}

/** Not `corrupt`, which policies let through by default: a file that kills its reader must not gain by it. */
const crashed: ScanOutcome = { status: 'timeout', stage: 'crashed' };

function outcomeOf(error: unknown): ScanOutcome {
  return codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? { status: 'tooLarge', limit: 'memory' } : crashed;
}
