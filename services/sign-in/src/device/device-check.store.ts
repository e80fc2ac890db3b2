// Device checks under way: what waits for the answer, bound to one browser, judged once and taken once.
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { authorizeRequestSchema } from '../broker/authorize-request.ts';
import { noticeSchema } from '../flow.store.ts';
import { identitySchema } from '../identity.ts';
import { hashOf, newToken } from '../secret-token.ts';
import { type DeviceProof, deviceProofSchema } from './proof.ts';

const pendingSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('app'), notice: noticeSchema }),
  z.object({
    kind: z.literal('broker'),
    identity: identitySchema,
    request: authorizeRequestSchema,
    login: z.enum(['fresh', 'remembered']),
  }),
  /** A user who wants to know: nothing follows but a page. */
  z.object({ kind: z.literal('page') }),
]);
export type PendingCheck = z.infer<typeof pendingSchema>;

const checkMs = 10 * 60_000;

export class DeviceCheckStore {
  private readonly database: DataSource;
  constructor(database: DataSource) {
    this.database = database;
  }

  /** Keeps a check; gives its id, which travels to the device host, and the value of the browser's cookie. */
  async begin(pending: PendingCheck, now: number): Promise<{ id: string; cookie: string }> {
    const [id, cookie] = [newToken(), newToken()];
    await this.database.query(
      'insert into device_checks (id_hash, cookie_hash, pending, expires_at) values ($1, $2, $3, $4)',
      [hashOf(id), hashOf(cookie), JSON.stringify(pending), new Date(now + checkMs)],
    );
    return { id, cookie };
  }

  /** Who signs in with this check; undefined for one that is unknown, expired or judged already. */
  async find(id: string, now: number): Promise<{ readonly user: string | undefined } | undefined> {
    const rows: { pending: unknown }[] = await this.database.query(
      'select pending from device_checks where id_hash = $1 and code_hash is null and expires_at > $2',
      [hashOf(id), new Date(now)],
    );
    if (!rows[0]) return undefined;
    const pending = pendingSchema.parse(rows[0].pending);
    switch (pending.kind) {
      case 'app':
        return { user: pending.notice.identity.user };
      case 'broker':
        return { user: pending.identity.user };
      case 'page':
        return { user: undefined };
    }
  }

  /** Notes the outcome and gives the one-time code for it; of two that judge at once, one wins. */
  async judged(id: string, proof: DeviceProof, now: number): Promise<string | undefined> {
    const code = newToken();
    const rows: unknown[] = await this.database.query(
      `with judged as (
         update device_checks set code_hash = $2, proof = $3
         where id_hash = $1 and code_hash is null and expires_at > $4 returning 1
       ) select * from judged`,
      [hashOf(id), hashOf(code), JSON.stringify(proof), new Date(now)],
    );
    return rows.length === 1 ? code : undefined;
  }

  /** What waited and what was found, once, for the browser that began it. */
  async take(
    id: string,
    cookie: string,
    code: string,
    now: number,
  ): Promise<{ pending: PendingCheck; proof: DeviceProof } | undefined> {
    const rows: { pending: unknown; proof: unknown }[] = await this.database.query(
      `with taken as (
         delete from device_checks where id_hash = $1 and cookie_hash = $2 and code_hash = $3 and expires_at > $4
         returning pending, proof
       ) select pending, proof from taken`,
      [hashOf(id), hashOf(cookie), hashOf(code), new Date(now)],
    );
    if (!rows[0]) return undefined;
    return { pending: pendingSchema.parse(rows[0].pending), proof: deviceProofSchema.parse(rows[0].proof) };
  }
}
