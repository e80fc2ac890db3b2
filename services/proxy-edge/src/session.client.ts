// Sessions in memory: read from KV on first sight, dropped by the watch on revocations, streams killed with them.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import { sessionRotate, sessionTouch } from '@gatehouse/contracts/session-control';
import type { Bucket } from '@gatehouse/messaging/bucket';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { openSession, type SealCrypto, sealSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { formatTicket, newTicket, parseTicket, type Ticket } from '@gatehouse/session/ticket';
import { sessionLife } from '@gatehouse/session/timeouts';

type Closable = { destroy(): void };
export type LiveSession = {
  /** Under which the record of this ticket is stored. */
  readonly storeKey: string;
  readonly session: Session;
  readonly streams: Set<Closable>;
  /** WebSockets: they would outlive the session, for no request of theirs is ever judged again. */
  readonly tunnels: Set<Closable>;
};
/** Shared by all tickets of a session: what one opened, another's revocation must end. */
type Life = { readonly streams: Set<Closable>; readonly tunnels: Set<Closable>; lastSeen: number; tickets: number };
type Entry = LiveSession & {
  readonly ticket: Ticket;
  readonly life: Life;
  /** The ticket was rotated and opens until then. */
  graceUntil?: number;
  rotation?: Promise<string | undefined>;
};
export type SessionAnswer =
  | { readonly type: 'live'; readonly live: LiveSession }
  | { readonly type: 'none' | 'revoked' | 'expired' | 'unavailable' };

const crypto: SealCrypto = {
  ...sealCryptoOf(globalThis.crypto.subtle),
  // Every request asks for one digest of 32 bytes: a trip to the thread pool would cost more than all the rest of it.
  sha256: async (bytes) => Uint8Array.from(createHash('sha256').update(bytes).digest()),
};
/** Without NATS a cached session may be used this long (SPEC section 11). */
const withoutStoreMs = 5 * 60_000;
const mostCached = 100_000;
/** A rotation that failed is tried again after this. */
const rotationPauseMs = 30_000;

export class SessionClient {
  private readonly cache = new Map<string, Entry>();
  private readonly lives = new Map<string, Life>();
  /** Who can write the store could put an old record back: what was seen revoked stays so. */
  private readonly revoked = new Set<string>();
  private readonly touched = new Map<string, string>();
  /** Keys being read from KV now; false once a revocation arrives meanwhile. */
  private readonly opening = new Map<string, { good: boolean; readers: number }>();
  private bucket: Bucket<typeof sessionsBucket.value> | undefined;
  private lastConnected = Date.now();
  private readonly messaging: Messaging;

  constructor(messaging: Messaging) {
    this.messaging = messaging;
  }

  async watch(): Promise<void> {
    this.bucket = await this.messaging.bucket(sessionsBucket);
    await this.bucket.watch((key, value) => {
      if (value?.state === 'revoked') this.remember(value.sessionId);
      if (value?.state !== 'active') return this.drop(key, value?.state === 'revoked');
      const entry = this.cache.get(key);
      if (entry && value.graceUntil !== undefined) entry.graceUntil = Date.parse(value.graceUntil);
    });
  }

  /** The session a cookie value opens. */
  async find(cookie: string, now: number): Promise<SessionAnswer> {
    const ticket = parseTicket(cookie);
    if (!ticket || !this.bucket) return { type: 'none' };
    if (this.messaging.connected()) this.lastConnected = now;
    else if (now - this.lastConnected > withoutStoreMs) return { type: 'unavailable' };
    const key = await storeKey(crypto, ticket.id);
    const cached = this.cache.get(key);
    if (cached) return timingSafeEqual(cached.ticket.key, ticket.key) ? this.judge(key, cached, now) : { type: 'none' };
    return this.open(key, ticket, now);
  }

  private async open(key: string, ticket: Ticket, now: number): Promise<SessionAnswer> {
    const mark = this.opening.get(key) ?? { good: true, readers: 0 };
    this.opening.set(key, mark);
    mark.readers += 1;
    try {
      const record = await this.bucket?.get(key).catch(() => undefined);
      if (record?.state === 'revoked') return { type: 'revoked' };
      const session = record && (await openSession(crypto, ticket, record.sealed));
      if (!session) return { type: this.messaging.connected() ? 'none' : 'unavailable' };
      if (!mark.good || this.revoked.has(session.sessionId)) return { type: 'revoked' };
      // Requests that arrive together share one entry, or a revocation would miss the streams of all but the last.
      const entry = this.cache.get(key) ?? this.keep(key, this.entryOf(key, session, ticket, now));
      if (record.graceUntil !== undefined) entry.graceUntil = Date.parse(record.graceUntil);
      return this.judge(key, entry, now);
    } finally {
      mark.readers -= 1;
      if (mark.readers === 0) this.opening.delete(key);
    }
  }

  private remember(sessionId: string): void {
    const [oldest] = this.revoked.size >= mostCached ? this.revoked : [];
    if (oldest !== undefined) this.revoked.delete(oldest);
    this.revoked.add(sessionId);
  }

  private entryOf(storeKey: string, session: Session, ticket: Ticket, now: number): Entry {
    const { sessionId } = session;
    const life = this.lives.get(sessionId) ?? { streams: new Set(), tunnels: new Set(), lastSeen: now, tickets: 0 };
    this.lives.set(sessionId, life);
    life.tickets += 1;
    return { storeKey, session, ticket, life, streams: life.streams, tunnels: life.tunnels };
  }

  private keep(key: string, entry: Entry): Entry {
    // The oldest goes with its streams: what is not in the cache cannot be revoked.
    if (this.cache.size >= mostCached) this.drop(this.cache.keys().next().value ?? '');
    this.cache.set(key, entry);
    return entry;
  }

  private judge(key: string, entry: Entry, now: number): SessionAnswer {
    const { session, life, graceUntil } = entry;
    if (sessionLife(session, life.lastSeen, now).state === 'expired' || !(now < (graceUntil ?? now + 1))) {
      this.drop(key);
      return { type: 'expired' };
    }
    life.lastSeen = now;
    this.touched.set(entry.session.sessionId, new Date(now).toISOString());
    return { type: 'live', live: entry };
  }

  /** Ends what is under way in sessions that `concerns` picks; the sessions stay, and their next request is judged anew. */
  cut(concerns: (session: Session) => boolean): void {
    for (const { session, streams, tunnels } of this.cache.values()) {
      if (streams.size + tunnels.size === 0 || !concerns(session)) continue;
      for (const stream of [...streams, ...tunnels]) stream.destroy();
    }
  }

  private drop(key: string, revoked = false): void {
    const mark = this.opening.get(key);
    if (mark) mark.good = false;
    const entry = this.cache.get(key);
    if (!entry) return;
    this.cache.delete(key);
    const { life, session, graceUntil } = entry;
    life.tickets -= 1;
    if (life.tickets === 0) this.lives.delete(session.sessionId);
    // The end of a rotated ticket is not the end of its session, as long as another ticket of it is watched here.
    if (graceUntil !== undefined && !revoked && life.tickets > 0) return;
    for (const stream of [...life.streams, ...life.tunnels]) stream.destroy();
  }

  /**
   * The value of a new cookie in the place of this session's, if its ticket is older than `afterMs` or undated. Asked
   * for once per ticket, however many requests come at once; undefined: go on with the old one.
   */
  async rotate(live: LiveSession, afterMs: number, now: number): Promise<string | undefined> {
    const entry = this.cache.get(live.storeKey);
    const issuedAt = Date.parse(entry?.session.ticketIssuedAt ?? '');
    if (!entry || entry.graceUntil !== undefined || entry.rotation || now - issuedAt < afterMs) return undefined;
    if (!this.messaging.connected()) return undefined;
    entry.rotation = this.askRotation(entry, now).catch(() => undefined);
    const cookie = await entry.rotation;
    // Somebody else was faster, or nobody could be asked: not again for a while.
    if (cookie === undefined) setTimeout(() => delete entry.rotation, rotationPauseMs).unref();
    return cookie;
  }

  private async askRotation(entry: Entry, now: number): Promise<string | undefined> {
    const ticket = newTicket(randomBytes);
    const session = { ...entry.session, ticketIssuedAt: new Date(now).toISOString() };
    const [oldKey, newKey] = [await storeKey(crypto, entry.ticket.id), await storeKey(crypto, ticket.id)];
    const sealed = await sealSession(crypto, ticket, session, Uint8Array.from(randomBytes(12)));
    const { sessionId } = session;
    const { rotated } = await this.messaging.request(sessionRotate, { sessionId, oldKey, newKey, sealed });
    return rotated ? formatTicket(ticket) : undefined;
  }

  /** Cuts the tunnels of sessions that have expired. What goes through a tunnel is no sign that somebody is there. */
  sweep(now: number): void {
    for (const { session, life, tunnels } of this.cache.values()) {
      if (tunnels.size === 0 || sessionLife(session, life.lastSeen, now).state !== 'expired') continue;
      for (const tunnel of tunnels) tunnel.destroy();
    }
  }

  /** Sends the collected last-seen stamps; what cannot be sent now goes with the next batch. */
  async flush(): Promise<void> {
    if (this.messaging.connected()) this.lastConnected = Date.now();
    const seen = [...this.touched].slice(0, 5000).map(([sessionId, at]) => ({ sessionId, at }));
    if (seen.length === 0) return;
    await this.messaging.request(sessionTouch, { seen });
    for (const { sessionId, at } of seen) if (this.touched.get(sessionId) === at) this.touched.delete(sessionId);
  }
}
