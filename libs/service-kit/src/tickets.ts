// Places lent to edges: an id in the URL, a one-time token in the header, gone after 30 s unused.
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

const unusedMs = 30_000;
const digestOf = (token: string) => createHash('sha256').update(token).digest();

export class Tickets<T> {
  readonly #open = new Map<string, { readonly digest: Buffer; readonly order: T; readonly timer: NodeJS.Timeout }>();
  readonly #places: number;
  #inWork = 0;

  /** `places`: tickets out plus files under way. */
  constructor(places: number) {
    this.#places = places;
  }

  /** `undefined` when all places are taken. */
  issue(order: T): { readonly id: string; readonly token: string } | undefined {
    if (this.free() <= 0) return undefined;
    const [id, token] = [randomUUID(), randomBytes(32).toString('base64url')];
    const timer = setTimeout(() => this.#open.delete(id), unusedMs).unref();
    this.#open.set(id, { digest: digestOf(token), order, timer });
    return { id, token };
  }

  /** The order, once; the place stays taken until `release`. */
  redeem(id: string, token: string): T | undefined {
    const entry = this.#open.get(id);
    if (!entry || !timingSafeEqual(entry.digest, digestOf(token))) return undefined;
    clearTimeout(entry.timer);
    this.#open.delete(id);
    this.#inWork++;
    return entry.order;
  }

  release(): void {
    this.#inWork--;
  }

  free(): number {
    return this.#places - this.#open.size - this.#inWork;
  }

  clear(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#open.clear();
  }
}
