// Sessions: Postgres is the truth, the KV bucket is the copy that edges watch.
import { randomUUID } from 'node:crypto';
import { type Session, sessionEnded, sessionStarted } from '@gatehouse/contracts/session';
import type { sessionRowSchema } from '@gatehouse/contracts/session-control';
import { enqueue } from '@gatehouse/postgres/outbox';
import type { DataSource, EntityManager } from 'typeorm';
import type { z } from 'zod';
import { chainOf } from './host-chain.ts';
import type { RedeemCodeStore, Rotation } from './redeem-code.store.ts';
import { prepareTicket, type SessionBucket, TicketStore } from './ticket.store.ts';

export type Client = { readonly ip: string; readonly userAgent: string | undefined };
export type SessionRow = z.infer<typeof sessionRowSchema>;
export type SessionIdentity = { readonly subject: string; readonly providerSession?: string | undefined };
/** What an identity provider may end: a subject of its own, some of its sessions, or both. */
export type ProviderSessions = {
  readonly provider: string;
  readonly subject?: string | undefined;
  readonly sessions?: readonly string[] | undefined;
};
type EndedRow = { session_id: string; store_key: string; user_name: string; app: string };
type ListedRow = Omit<EndedRow, 'store_key'> & {
  ip: string;
  user_agent: string | null;
  identity_provider: string;
  device_tags: string[];
  groups: string[];
  created_at: Date;
  last_seen: Date;
  expires_at: Date;
};

/** Edges report last-seen in batches, so the sweep leaves an idle session this much longer. */
const idleGraceMs = 2 * 60_000;

export class SessionStore {
  private readonly database: DataSource;
  private readonly bucket: SessionBucket;
  private readonly codes: RedeemCodeStore;
  readonly tickets: TicketStore;
  constructor(database: DataSource, bucket: SessionBucket, codes: RedeemCodeStore) {
    this.database = database;
    this.bucket = bucket;
    this.codes = codes;
    this.tickets = new TicketStore(database, bucket);
  }

  /**
   * Stores a session in both places with a ticket per host, and gives the first one-time code of the way through them.
   * Nothing remains if one step fails.
   */
  async start(
    session: Session,
    identity: SessionIdentity,
    client: Client,
    landing: { host: string; returnTo: string; through?: readonly string[] },
    now: number,
  ): Promise<{ host: string; code: string }> {
    const hosts = [landing.host, ...(landing.through ?? []).filter((host) => host !== landing.host)];
    const tickets = await Promise.all(hosts.map((host) => prepareTicket(session, host, now)));
    return this.database.transaction(async (manager) => {
      await insertSession(manager, session, identity, client, tickets[0]?.key ?? '');
      await enqueue(manager, sessionStarted, startedEvent(session, client));
      for (const ticket of tickets) await this.tickets.add(manager, session, ticket);
      // Last the host the user wants, so each code is made after the one it leads to.
      return chainOf(tickets, ({ host, cookie }, next) =>
        this.codes.issue(manager, { host, ticket: cookie, returnTo: landing.returnTo, next }, now),
      );
    });
  }

  /** Who a live session belongs to at its provider; undefined once it has ended. */
  async subjectOf(sessionId: string, now: number): Promise<string | undefined> {
    const rows: { identity_subject: string }[] = await this.database.query(
      'select identity_subject from sessions where session_id = $1 and ended_at is null and expires_at > $2',
      [sessionId, new Date(now)],
    );
    return rows[0]?.identity_subject;
  }

  /** The code for a new ticket of a session that goes on. Nothing changes before {@link rotate}. */
  async reissue(
    session: Session,
    { providerSession }: Pick<SessionIdentity, 'providerSession'>,
    landing: { host: string; returnTo: string },
    now: number,
  ): Promise<string> {
    const { key: storeKey, sealed, cookie } = await prepareTicket(session, landing.host, now);
    const rotation = {
      sessionId: session.sessionId,
      storeKey,
      sealed,
      expiresAt: session.absoluteExpiry,
      ...(providerSession ? { providerSession } : {}),
    };
    return this.codes.issue(this.database.manager, { ...landing, ticket: cookie, rotation }, now);
  }

  /**
   * Puts the new ticket in the place of those of its host, which are revoked at once. False if the session has ended
   * meanwhile.
   */
  async rotate(rotation: Rotation & { readonly host: string }, now: number): Promise<boolean> {
    const { sessionId, storeKey, providerSession } = rotation;
    return this.database.transaction(async (manager) => {
      const rows: unknown[] = await manager.query(
        `with live as (
           update sessions set store_key = $2, idp_session = coalesce($4, idp_session)
           where session_id = $1 and ended_at is null and expires_at > $3 returning session_id
         ) select session_id from live`,
        [sessionId, storeKey, new Date(now), providerSession ?? null],
      );
      if (rows.length === 0) return false;
      await this.tickets.replace(manager, rotation, now);
      return true;
    });
  }

  async list(
    filter: {
      user?: string | undefined;
      app?: string | undefined;
      deviceTag?: string | undefined;
      limit: number;
    },
    now: number,
  ): Promise<SessionRow[]> {
    const rows: ListedRow[] = await this.database.query(
      `select session_id, user_name, app, ip, user_agent, identity_provider, device_tags, groups, created_at, last_seen, expires_at
       from sessions
       where ended_at is null and expires_at > $1 and ($2::text is null or lower(user_name) = lower($2))
         and ($3::text is null or app = $3)
         and ($5::text is null or $5 = any(device_tags) or ($5 = 'none' and cardinality(device_tags) = 0))
       order by created_at desc limit $4`,
      [new Date(now), filter.user ?? null, filter.app ?? null, filter.limit, filter.deviceTag ?? null],
    );
    return rows.map(toSessionRow);
  }

  /** Ends one session, all of a user, or those that their identity provider has ended. The tombstones are out before the change is committed: late is never open. */
  async revoke(
    which: { sessionId?: string | undefined; user?: string | undefined; at?: ProviderSessions },
    by: string,
    now: number,
  ): Promise<{ count: number; users: string[] }> {
    const { at } = which;
    const named = at !== undefined && (at.subject !== undefined || (at.sessions ?? []).length > 0);
    if (which.sessionId === undefined && which.user === undefined && !named) return { count: 0, users: [] };
    const cause = at ? ('logout' as const) : ('revoked' as const);
    return this.database.transaction(async (manager) => {
      const rows: EndedRow[] = await manager.query(
        `with ended as (
           update sessions set ended_at = $1, ended_cause = $5, ended_by = $2
           where ended_at is null and ($3::uuid is null or session_id = $3) and ($4::text is null or lower(user_name) = lower($4))
             and ($6::text is null or identity_provider = $6) and ($7::text is null or identity_subject = $7)
             and ($8::text[] is null or idp_session = any($8) or ($7::text is not null and idp_session is null))
           returning session_id, store_key, user_name, app
         ) select * from ended`,
        [
          new Date(now),
          by,
          which.sessionId ?? null,
          which.user ?? null,
          cause,
          at?.provider ?? null,
          at?.subject ?? null,
          at?.sessions?.length ? at.sessions : null,
        ],
      );
      const revokedAt = new Date(now).toISOString();
      for (const row of rows) {
        for (const key of await this.tickets.keysOf(manager, row))
          await this.bucket.put(key, { state: 'revoked', sessionId: row.session_id, revokedAt });
        await enqueue(manager, sessionEnded, { ...endedEvent(row, now), cause, by });
      }
      return { count: rows.length, users: [...new Set(rows.map((row) => row.user_name))] };
    });
  }

  /** Moves last-seen forward, never back and never into the future. */
  async touch(seen: readonly { sessionId: string; at: string }[], now: number): Promise<number> {
    const rows: { count: number }[] = await this.database.query(
      `with touched as (
         update sessions set last_seen = least(stamp.at, $3)
         from unnest($1::uuid[], $2::timestamptz[]) as stamp (id, at)
         where session_id = stamp.id and ended_at is null and last_seen < least(stamp.at, $3)
         returning 1
       ) select count(*)::int as count from touched`,
      [seen.map((each) => each.sessionId), seen.map((each) => each.at), new Date(now)],
    );
    return rows[0]?.count ?? 0;
  }

  /** Ends what has expired, a few hundred at a time; replicas skip each other's rows. */
  async sweep(now: number): Promise<number> {
    return this.database.transaction(async (manager) => {
      const rows: EndedRow[] = await manager.query(
        `with due as (
           select session_id from sessions
           where ended_at is null and (expires_at <= $1 or last_seen + make_interval(mins => idle_minutes) <= $2)
           limit 500 for update skip locked
         ), ended as (
           update sessions set ended_at = $1, ended_cause = 'expired' from due where sessions.session_id = due.session_id
           returning sessions.session_id, store_key, user_name, app
         ) select * from ended`,
        [new Date(now), new Date(now - idleGraceMs)],
      );
      for (const row of rows) {
        for (const key of await this.tickets.keysOf(manager, row)) await this.bucket.delete(key);
        await enqueue(manager, sessionEnded, { ...endedEvent(row, now), cause: 'expired' });
      }
      return rows.length;
    });
  }
}

async function insertSession(
  manager: EntityManager,
  session: Session,
  identity: SessionIdentity,
  client: Client,
  key: string,
): Promise<void> {
  await manager.query(
    `insert into sessions (session_id, store_key, user_name, app, identity_provider, identity_subject, ip, user_agent,
       device_tags, groups, created_at, last_seen, idle_minutes, expires_at, idp_session)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $13, $14)`,
    [
      session.sessionId,
      key,
      session.user,
      session.app,
      session.identityProvider,
      identity.subject,
      client.ip,
      client.userAgent ?? null,
      session.deviceTags,
      session.groups,
      session.createdAt,
      session.idleMinutes,
      session.absoluteExpiry,
      identity.providerSession ?? null,
    ],
  );
}

function startedEvent(session: Session, client: Client) {
  const { sessionId, user, app, deviceTags, groups, createdAt: startedAt, absoluteExpiry: expiresAt } = session;
  const agent = client.userAgent === undefined ? {} : { userAgent: client.userAgent };
  return { id: randomUUID(), sessionId, user, app, ip: client.ip, ...agent, deviceTags, groups, startedAt, expiresAt };
}

function endedEvent(row: EndedRow, now: number) {
  const endedAt = new Date(now).toISOString();
  return { id: randomUUID(), sessionId: row.session_id, user: row.user_name, app: row.app, endedAt };
}

function toSessionRow(row: ListedRow): SessionRow {
  return {
    sessionId: row.session_id,
    user: row.user_name,
    app: row.app,
    ip: row.ip,
    ...(row.user_agent === null ? {} : { userAgent: row.user_agent }),
    deviceTags: row.device_tags,
    identityProvider: row.identity_provider,
    groups: row.groups,
    createdAt: row.created_at.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}
