// Downloads that wait for a person: to step up, or to go on in spite of a warning.
import { type Interruption, interruptionSchema } from '@gatehouse/contracts/interruption';
import type { DataSource } from 'typeorm';
import { hashOf, newToken } from './secret-token.ts';

const openMs = 15 * 60_000;
/** Long enough to click, too short to keep for later. */
const acceptedMs = 5 * 60_000;

type About = { readonly host: string; readonly target: string; readonly decision: string };
export type Passed = { readonly type: 'passed'; readonly justification?: string } | { readonly type: 'none' };

export class InterruptionStore {
  private readonly database: DataSource;
  constructor(database: DataSource) {
    this.database = database;
  }

  /** Keeps it; the answer is all that the browser carries. */
  async open(interruption: Interruption, now: number): Promise<string> {
    const flow = newToken();
    await this.database.query(
      `insert into interruptions (flow_hash, session_id, interruption, about_hash, expires_at)
       values ($1, $2, $3, $4, $5)`,
      [
        hashOf(flow),
        interruption.session.sessionId,
        JSON.stringify(interruption),
        aboutHash(interruption),
        new Date(now + openMs),
      ],
    );
    return flow;
  }

  /** One that still waits. */
  async find(flow: unknown, now: number): Promise<Interruption | undefined> {
    if (typeof flow !== 'string' || flow.length > 80) return undefined;
    const rows: Row[] = await this.database.query(
      'select interruption from interruptions where flow_hash = $1 and accepted_at is null and expires_at > $2',
      [hashOf(flow), new Date(now)],
    );
    return rows[0] && interruptionSchema.parse(rows[0].interruption);
  }

  /** Takes one that still waits, once. */
  async take(flowHash: string, now: number): Promise<Interruption | undefined> {
    const rows: Row[] = await this.database.query(
      `with taken as (
         delete from interruptions where flow_hash = $1 and accepted_at is null and expires_at > $2 returning interruption
       ) select interruption from taken`,
      [flowHash, new Date(now)],
    );
    return rows[0] && interruptionSchema.parse(rows[0].interruption);
  }

  /** The person goes on; true the first time. */
  async accept(flow: string, justification: string, now: number): Promise<boolean> {
    const rows: unknown[] = await this.database.query(
      `with accepted as (
         update interruptions set accepted_at = $2, justification = $3, expires_at = $4
         where flow_hash = $1 and accepted_at is null and expires_at > $2 returning 1
       ) select * from accepted`,
      [hashOf(flow), new Date(now), justification === '' ? null : justification, new Date(now + acceptedMs)],
    );
    return rows.length === 1;
  }

  /** Uses up one acceptance of this session for this file and decision. */
  async pass({ sessionId, ...about }: About & { readonly sessionId: string }, now: number): Promise<Passed> {
    const rows: { justification: string | null }[] = await this.database.query(
      `with passed as (
         delete from interruptions where flow_hash = (
           select flow_hash from interruptions
           where session_id = $1 and about_hash = $2 and accepted_at is not null and expires_at > $3
           order by accepted_at limit 1 for update skip locked
         ) returning justification
       ) select justification from passed`,
      [sessionId, aboutHash(about), new Date(now)],
    );
    const row = rows[0];
    if (!row) return { type: 'none' };
    return { type: 'passed', ...(row.justification === null ? {} : { justification: row.justification }) };
  }
}

type Row = { readonly interruption: unknown };

const aboutHash = ({ host, target, decision }: About) => hashOf(JSON.stringify([host, target, decision]));
