// Places lent to edges: an id in the URL, a one-time token in the header, gone after 30 s unused.
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

const UNUSED_MS = 30_000;

export type Ticket<T> = { readonly id: string; readonly token: string; readonly order: T };

export type TicketStore<T> = {
  /** `undefined` when all places are taken. */
  issue(order: T): Ticket<T> | undefined;
  /** The order, once; the place stays taken until `release`. */
  redeem(id: string, token: string): T | undefined;
  release(): void;
  free(): number;
  clear(): void;
};

/** `places`: tickets out plus files in work. */
export function createTickets<T>(places: number, unusedMs = UNUSED_MS): TicketStore<T> {
  const open = new Map<string, { readonly digest: Buffer; readonly order: T; readonly timer: NodeJS.Timeout }>();
  let inWork = 0;
  return {
    issue(order) {
      if (open.size + inWork >= places) return undefined;
      const id = randomUUID();
      const token = randomBytes(32).toString('base64url');
      const timer = setTimeout(() => open.delete(id), unusedMs).unref();
      open.set(id, { digest: digestOf(token), order, timer });
      return { id, token, order };
    },
    redeem(id, token) {
      const entry = open.get(id);
      if (entry === undefined || !timingSafeEqual(entry.digest, digestOf(token))) return undefined;
      clearTimeout(entry.timer);
      open.delete(id);
      inWork++;
      return entry.order;
    },
    release() {
      inWork--;
    },
    free: () => places - open.size - inWork,
    clear() {
      for (const entry of open.values()) clearTimeout(entry.timer);
      open.clear();
    },
  };
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
