// Threads that label, one file each: killed when they overrun, replaced when they die or grow old.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { LabelMessage, LabelOutcome, LabelTask } from './label.worker.ts';

const recycleAfter = 500;
const restartMs = 1_000;

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

type Task = { readonly order: LabelOrder; readonly finish: (answer: Labelled) => void; timer?: NodeJS.Timeout };
type Slot = { readonly worker: Worker; task: Task | undefined; files: number; ready: boolean };

export class LabelPool {
  readonly #waiting: Task[] = [];
  readonly #slots: Slot[] = [];
  readonly #options: LabelPoolOptions;
  #nextId = 0;
  #closed = false;
  #announce: (() => void) | undefined;
  /** Resolves once a thread can take a file. */
  readonly ready = new Promise<void>((resolve) => {
    this.#announce = resolve;
  });

  constructor(options: LabelPoolOptions) {
    this.#options = options;
    for (let i = 0; i < options.size; i++) this.#spawn();
  }

  /** Always resolves. Bytes in memory are handed over and come back with the answer. */
  run(order: LabelOrder): Promise<Labelled> {
    return new Promise((resolve) => {
      const task: Task = {
        order,
        finish(answer) {
          clearTimeout(task.timer);
          resolve(answer);
        },
      };
      // The clock runs from arrival: whoever waits, waits for the queue, too.
      task.timer = setTimeout(() => this.#overrun(task), this.#options.killMs);
      this.#waiting.push(task);
      this.#next();
    });
  }

  alive(): number {
    return this.#slots.filter(({ ready }) => ready).length;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#slots.splice(0).map(({ worker }) => worker.terminate()));
  }

  #spawn(): void {
    if (this.#closed) return;
    const slot: Slot = { worker: startWorker(this.#options), task: undefined, files: 0, ready: false };
    this.#slots.push(slot);
    slot.worker.on('message', (message: LabelMessage) => this.#receive(slot, message));
    slot.worker.on('error', (error) => this.#lose(slot, 'code' in error ? String(error.code) : 'error'));
    slot.worker.on('exit', () => this.#lose(slot, 'exit'));
  }

  #receive(slot: Slot, message: LabelMessage): void {
    if (message.type === 'ready') {
      slot.ready = true;
      this.#announce?.();
    } else {
      const { task } = slot;
      slot.task = undefined;
      task?.finish({ outcome: message.outcome, stored: message.stored });
    }
    if (slot.files >= recycleAfter) this.#replace(slot);
    this.#next();
  }

  #next(): void {
    const slot = this.#slots.find(({ ready, task }) => ready && task === undefined);
    const task = slot && this.#waiting.shift();
    if (!slot || !task) return;
    slot.task = task;
    slot.files++;
    const { stored } = task.order;
    const message: LabelTask = { id: this.#nextId++, ...task.order };
    slot.worker.postMessage(message, stored.kind === 'memory' ? [stored.bytes.buffer] : []);
  }

  #lose(slot: Slot, cause: string): void {
    if (!this.#slots.includes(slot)) return;
    this.#options.onLost(cause);
    slot.task?.finish('lost');
    this.#replace(slot);
    this.#next();
  }

  #replace(slot: Slot): void {
    void slot.worker.terminate();
    this.#slots.splice(this.#slots.indexOf(slot), 1);
    if (slot.ready) this.#spawn();
    else setTimeout(() => this.#spawn(), restartMs).unref();
  }

  #overrun(task: Task): void {
    const slot = this.#slots.find((candidate) => candidate.task === task);
    if (slot) {
      this.#lose(slot, 'timeout');
      return;
    }
    this.#waiting.splice(this.#waiting.indexOf(task), 1);
    task.finish('lost');
  }
}

/** From source the worker is TypeScript and needs the loader; a bundle has it as a second entry beside itself. */
function startWorker(options: LabelPoolOptions): Worker {
  const fromSource = import.meta.url.endsWith('.ts');
  const script = options.script ?? new URL(fromSource ? './label.worker.ts' : './label.worker.mjs', import.meta.url);
  const loader = () => ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href];
  return new Worker(script, {
    execArgv: fromSource ? loader() : [],
    // No secret of this process is any business of code that parses strangers' files.
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: options.heapMb, maxYoungGenerationSizeMb: 32 },
  });
}
