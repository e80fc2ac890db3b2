// Files open for viewing: each in a thread that holds its content, for a few minutes, for one person.
import { randomUUID } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import type { KeyAccess as AccessObject } from '@gatehouse/label/tdf-manifest';
import { startParserThread } from '@gatehouse/service-kit/parser-thread';
import type { RenderAnswer, RenderTask } from './render.worker.ts';

const lifetimeMs = 10 * 60_000;
const answerMs = 15_000;

export type View = {
  readonly id: string;
  readonly user: string;
  readonly access: AccessObject;
  readonly policy: string;
  readonly pages: number;
};
type Open = View & { readonly worker: Worker; readonly timer: NodeJS.Timeout };

export class ViewStore {
  readonly #open = new Map<string, Open>();
  readonly #places: number;
  readonly #script: URL | undefined;
  #starting = 0;

  constructor(places: number, script?: URL) {
    this.#places = places;
    this.#script = script;
  }

  /** `busy` when all places are taken; `unsupported` when the content cannot be drawn. Takes `bytes` over. */
  async open(
    view: Pick<View, 'user' | 'access' | 'policy'>,
    bytes: ArrayBuffer,
  ): Promise<View | 'busy' | 'unsupported'> {
    if (this.#open.size + this.#starting >= this.#places) return 'busy';
    this.#starting++;
    const worker = startWorker(this.#script);
    try {
      const answer = await ask(worker, { type: 'open', bytes }, [bytes]);
      if (answer.type !== 'opened' || answer.pages < 1) {
        void worker.terminate();
        return 'unsupported';
      }
      const id = randomUUID();
      const timer = setTimeout(() => this.close(id), lifetimeMs).unref();
      const open = { ...view, id, pages: answer.pages, worker, timer };
      this.#open.set(id, open);
      return open;
    } finally {
      this.#starting--;
    }
  }

  find(id: string, user: string): View | undefined {
    const view = this.#open.get(id);
    return view?.user === user ? view : undefined;
  }

  /** The page as PNG with `mark` burnt in. */
  async page(id: string, number: number, mark: string): Promise<Uint8Array | undefined> {
    const view = this.#open.get(id);
    if (!view) return undefined;
    const answer = await ask(view.worker, { type: 'page', number, mark });
    if (answer.type === 'page') return answer.png;
    this.close(id);
    return undefined;
  }

  close(id: string): void {
    const view = this.#open.get(id);
    if (!view) return;
    clearTimeout(view.timer);
    this.#open.delete(id);
    void view.worker.terminate();
  }

  stop(): void {
    for (const id of [...this.#open.keys()]) this.close(id);
  }
}

/** A thread that dies or is late has no answer; it is not used again. */
function ask(worker: Worker, task: RenderTask, transfer: ArrayBuffer[] = []): Promise<RenderAnswer> {
  return new Promise((resolve) => {
    const finish = (answer: RenderAnswer) => {
      clearTimeout(timer);
      worker.off('message', finish).off('error', fail).off('exit', fail);
      resolve(answer);
    };
    const fail = () => {
      void worker.terminate();
      finish({ type: 'unsupported' });
    };
    const timer = setTimeout(fail, answerMs);
    worker.on('message', finish).on('error', fail).on('exit', fail);
    worker.postMessage(task, transfer);
  });
}

function startWorker(script: URL | undefined): Worker {
  const worker = startParserThread({ beside: import.meta.url, name: 'render.worker', heapMb: 256, script });
  // Errors are answered where a question is waiting; one between questions must not end the process.
  worker.on('error', () => undefined);
  return worker;
}
