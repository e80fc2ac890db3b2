// The tickets of a session: one per host that needs its own, each rotated by itself. A copied cookie of one host opens
// no other, and is worth nothing once its ticket was rotated.
import { randomBytes } from 'node:crypto';
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import { sealSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { formatTicket, newTicket } from '@gatehouse/session/ticket';
import type { DataSource, EntityManager } from 'typeorm';
import type { z } from 'zod';

type Value = z.infer<(typeof sessionsBucket)['value']>;
export type SessionBucket = {
  get(key: string): Promise<Value | undefined>;
  put(key: string, value: Value): Promise<unknown>;
  delete(key: string): Promise<unknown>;
};
export type Rotation = {
  readonly sessionId: string;
  readonly oldKey: string;
  readonly newKey: string;
  readonly sealed: string;
};

/** Requests that were on their way with the old ticket still arrive. */
export const rotationGraceMs = 60_000;

const seal = sealCryptoOf(globalThis.crypto.subtle);

/** A ticket for one host, ready to be stored; the cookie value is in no store. */
export async function prepareTicket(session: Session, host: string, now: number) {
  const ticket = newTicket(randomBytes);
  const own: Session = { ...session, host, ticketIssuedAt: new Date(now).toISOString() };
  const sealed = await sealSession(seal, ticket, own, Uint8Array.from(randomBytes(12)));
  return { key: await storeKey(seal, ticket.id), host, sealed, cookie: formatTicket(ticket) };
}
export type PreparedTicket = Awaited<ReturnType<typeof prepareTicket>>;

export class TicketStore {
  private readonly database: DataSource;
  private readonly bucket: SessionBucket;
  constructor(database: DataSource, bucket: SessionBucket) {
    this.database = database;
    this.bucket = bucket;
  }

  async add(
    manager: EntityManager,
    session: Pick<Session, 'sessionId' | 'absoluteExpiry'>,
    { key, host, sealed }: Omit<PreparedTicket, 'cookie'>,
  ): Promise<void> {
    const { sessionId, absoluteExpiry: expiresAt } = session;
    await manager.query('insert into tickets (store_key, session_id, host) values ($1, $2, $3)', [
      key,
      sessionId,
      host,
    ]);
    await this.bucket.put(key, { state: 'active', sessionId, sealed, expiresAt });
  }

  /** A new ticket for one host; those that this host had so far are worth nothing from now on. */
  async replace(
    manager: EntityManager,
    ticket: { sessionId: string; storeKey: string; host: string; sealed: string; expiresAt: string },
    now: number,
  ): Promise<void> {
    const { sessionId, storeKey: key, host, sealed, expiresAt } = ticket;
    const ended = new Date(now);
    const old: { store_key: string }[] = await manager.query(
      `with old as (
         update tickets set superseded_until = $3
         where session_id = $1 and host in ($2, '') and (superseded_until is null or superseded_until > $3)
         returning store_key
       ) select store_key from old`,
      [sessionId, host, ended],
    );
    await this.add(manager, { sessionId, absoluteExpiry: expiresAt }, { key, host, sealed });
    for (const { store_key } of old) {
      const before = await this.bucket.get(store_key);
      // Not a tombstone: that would end the session, which goes on with the new ticket.
      if (before?.state === 'active') await this.bucket.put(store_key, { ...before, graceUntil: ended.toISOString() });
    }
  }

  /** Every key under which a session's records are, old ones in their grace included. */
  async keysOf(manager: EntityManager, row: { session_id: string; store_key: string }): Promise<string[]> {
    const rows: { store_key: string }[] = await manager.query('select store_key from tickets where session_id = $1', [
      row.session_id,
    ]);
    return [...new Set([row.store_key, ...rows.map((each) => each.store_key)])];
  }

  /** Puts a new ticket in the place of a current one of a live session; of many who try at once, one succeeds. */
  async rotate({ sessionId, oldKey, newKey, sealed }: Rotation, now: number): Promise<boolean> {
    const before = await this.bucket.get(oldKey);
    if (before?.state !== 'active') return false;
    return this.database.transaction(async (manager) => {
      const grace = new Date(now + rotationGraceMs);
      // The session row is locked, so that a revocation comes before or after, never between.
      const rows: { expires_at: Date }[] = await manager.query(
        `with live as (
           select session_id, expires_at from sessions where session_id = $1 and ended_at is null and expires_at > $4 for update
         ), old as (
           update tickets set superseded_until = $3 from live
           where tickets.store_key = $2 and tickets.session_id = live.session_id and superseded_until is null
           returning tickets.host, live.expires_at
         ), made as (
           insert into tickets (store_key, session_id, host) select $5, $1, host from old
         ) select expires_at from old`,
        [sessionId, oldKey, grace, new Date(now), newKey],
      );
      if (!rows[0]) return false;
      await this.bucket.put(newKey, {
        state: 'active',
        sessionId,
        sealed,
        expiresAt: rows[0].expires_at.toISOString(),
      });
      await this.bucket.put(oldKey, { ...before, graceUntil: grace.toISOString() });
      return true;
    });
  }

  /** Forgets rotated tickets whose grace is over, and those of sessions that ended. */
  async sweep(now: number): Promise<void> {
    const rows: { store_key: string }[] = await this.database.query(
      `with gone as (delete from tickets where superseded_until < $1 returning store_key) select store_key from gone`,
      [new Date(now)],
    );
    for (const { store_key } of rows) await this.bucket.delete(store_key);
  }
}
