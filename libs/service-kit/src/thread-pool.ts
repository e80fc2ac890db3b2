// Threads for one file each at a time: killed when they overrun, replaced when they die or grow old.
import type { Worker } from 'node:worker_threads';

const recycleAfter = 500;
/** A thread that cannot even start must not be restarted in a tight loop. */
const restartMs = 1_000;

/** What a thread said, read from its message. `progress` is kept in case the thread is lost. */
export type Said<Answer, Progress> =
  | { readonly type: 'ready' }
  | { readonly type: 'progress'; readonly progress: Progress }
  | { readonly type: 'answer'; readonly answer: Answer };

/** `exit`, `error`, an error code, `timeout` in a thread, or `waiting`: no thread was free in time. */
export type LossCause = string;

export type ThreadPoolOptions<Order, Message, Answer, Progress = never> = {
  readonly size: number;
  /** From arrival to kill: whoever asks has waited for the queue, too. */
  readonly killMs: number;
  readonly start: () => Worker;
  /** The message for one order, and what is handed over with it. */
  readonly send: (order: Order, id: number) => { readonly message: unknown; readonly transfer: ArrayBuffer[] };
  readonly read: (message: Message) => Said<Answer, Progress>;
  /** Stands for the answer of a thread that died or was killed. */
  readonly lost: (cause: LossCause, progress: Progress | undefined) => Answer;
  /** Told once per lost thread, without any content. */
  readonly onLost: (cause: LossCause) => void;
};

type Task<Order, Answer, Progress> = {
  readonly order: Order;
  readonly finish: (answer: Answer) => void;
  timer?: NodeJS.Timeout;
  progress?: Progress;
};
type Slot<T> = { readonly worker: Worker; task: T | undefined; files: number; ready: boolean };

/** Starts its threads at once, so that the first file does not wait for one. */
export class ThreadPool<Order, Message, Answer, Progress = never> {
  readonly #waiting: Task<Order, Answer, Progress>[] = [];
  readonly #slots: Slot<Task<Order, Answer, Progress>>[] = [];
  readonly #options: ThreadPoolOptions<Order, Message, Answer, Progress>;
  readonly #firstReady = Promise.withResolvers<void>();
  #nextId = 0;
  #closed = false;

  constructor(options: ThreadPoolOptions<Order, Message, Answer, Progress>) {
    this.#options = options;
    for (let i = 0; i < options.size; i++) this.#spawn();
  }

  /** Resolves once a thread can take a file. */
  get ready(): Promise<void> {
    return this.#firstReady.promise;
  }

  /** Always resolves. Bytes that are handed over are unusable afterwards. */
  run(order: Order): Promise<Answer> {
    return new Promise((resolve) => {
      const task: Task<Order, Answer, Progress> = {
        order,
        finish(answer) {
          clearTimeout(task.timer);
          resolve(answer);
        },
      };
      task.timer = setTimeout(() => this.#overrun(task), this.#options.killMs);
      this.#waiting.push(task);
      this.#next();
    });
  }

  /** Threads that can take a file or have one. */
  alive(): number {
    return this.#slots.filter(({ ready }) => ready).length;
  }

  /** Resolves when no file is waiting or under way any more; then the threads are ended. */
  async close(): Promise<void> {
    while (this.#waiting.length > 0 || this.#slots.some(({ task }) => task !== undefined))
      await new Promise((resolve) => setTimeout(resolve, 20));
    this.#closed = true;
    await Promise.all(this.#slots.splice(0).map(({ worker }) => worker.terminate()));
  }

  #spawn(): void {
    if (this.#closed) return;
    const slot: Slot<Task<Order, Answer, Progress>> = {
      worker: this.#options.start(),
      task: undefined,
      files: 0,
      ready: false,
    };
    this.#slots.push(slot);
    slot.worker.on('message', (message: Message) => this.#receive(slot, this.#options.read(message)));
    slot.worker.on('error', (error) => this.#lose(slot, 'code' in error ? String(error.code) : 'error'));
    slot.worker.on('exit', () => this.#lose(slot, 'exit'));
  }

  #receive(slot: Slot<Task<Order, Answer, Progress>>, said: Said<Answer, Progress>): void {
    if (said.type === 'progress') {
      if (slot.task) slot.task.progress = said.progress;
      return;
    }
    if (said.type === 'ready') {
      slot.ready = true;
      this.#firstReady.resolve();
    } else this.#settle(slot, said.answer);
    if (slot.files >= recycleAfter) this.#replace(slot);
    this.#next();
  }

  #next(): void {
    const slot = this.#slots.find(({ ready, task }) => ready && task === undefined);
    const task = slot && this.#waiting.shift();
    if (!slot || !task) return;
    slot.task = task;
    slot.files++;
    const { message, transfer } = this.#options.send(task.order, this.#nextId++);
    slot.worker.postMessage(message, transfer);
  }

  #settle(slot: Slot<Task<Order, Answer, Progress>>, answer: Answer): void {
    const { task } = slot;
    slot.task = undefined;
    task?.finish(answer);
  }

  #lose(slot: Slot<Task<Order, Answer, Progress>>, cause: LossCause): void {
    if (!this.#slots.includes(slot)) return;
    this.#options.onLost(cause);
    if (slot.task) this.#settle(slot, this.#options.lost(cause, slot.task.progress));
    this.#replace(slot);
    this.#next();
  }

  #replace(slot: Slot<Task<Order, Answer, Progress>>): void {
    void slot.worker.terminate();
    this.#slots.splice(this.#slots.indexOf(slot), 1);
    if (slot.ready) this.#spawn();
    else setTimeout(() => this.#spawn(), restartMs).unref();
  }

  #overrun(task: Task<Order, Answer, Progress>): void {
    const slot = this.#slots.find((candidate) => candidate.task === task);
    if (slot) {
      this.#lose(slot, 'timeout');
      return;
    }
    this.#waiting.splice(this.#waiting.indexOf(task), 1);
    task.finish(this.#options.lost('waiting', undefined));
  }
}
