// Logins under way: what was asked for, bound to one browser, taken exactly once.

import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { type AuthorizeRequest, authorizeRequestSchema } from './broker/authorize-request.ts';
import { identitySchema } from './identity.ts';
import { ssoRequestSchema } from './saml/sso-request.ts';
import { hashOf, newToken } from './secret-token.ts';

const appTargetSchema = z.object({
  kind: z.literal('app'),
  app: z.string(),
  suffixedHost: z.string(),
  returnTo: z.string(),
});
const brokerTargetSchema = z.object({ kind: z.literal('broker'), request: authorizeRequestSchema });
const ssoTargetSchema = z.object({ kind: z.literal('saml'), request: ssoRequestSchema });
const targetSchema = z.discriminatedUnion('kind', [appTargetSchema, brokerTargetSchema, ssoTargetSchema]);
export type AppTarget = z.infer<typeof appTargetSchema>;
export type BrokerTarget = { readonly kind: 'broker'; readonly request: AuthorizeRequest };
export type FlowTarget = z.infer<typeof targetSchema>;

const flowSchema = z.object({
  idp: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  origin: z.string(),
  target: targetSchema,
});
export type Flow = z.infer<typeof flowSchema>;

export const noticeSchema = z.object({ identity: identitySchema, target: appTargetSchema, state: z.string() });
export type Notice = z.infer<typeof noticeSchema>;

const flowMs = 15 * 60_000;

export class FlowStore {
  private readonly database: DataSource;
  constructor(database: DataSource) {
    this.database = database;
  }

  /** Keeps a flow; the answer is the `state` for the provider and the value of the browser's cookie. */
  async begin(flow: Flow, now: number): Promise<{ state: string; cookie: string }> {
    const [state, cookie] = [newToken(), newToken()];
    await this.database.query(
      `insert into flows (state_hash, cookie_hash, idp, nonce, verifier, origin, target, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        hashOf(state),
        hashOf(cookie),
        flow.idp,
        flow.nonce,
        flow.verifier,
        flow.origin,
        JSON.stringify(flow.target),
        new Date(now + flowMs),
      ],
    );
    return { state, cookie };
  }

  /**
   * The flow of this state and this browser, once; without `idp`, of whichever provider it went to. One DELETE, so that
   * of many replicas one gets it. A state without its cookie takes nothing away from its owner. */
  async take(state: string, cookie: string, idp: string | undefined, now: number): Promise<Flow | undefined> {
    const rows: unknown[] = await this.database.query(
      `with taken as (
         delete from flows where state_hash = $1 and cookie_hash = $2 and ($3::text is null or idp = $3) and expires_at > $4
         returning *
       ) select idp, nonce, verifier, origin, target from taken`,
      [hashOf(state), hashOf(cookie), idp ?? null, new Date(now)],
    );
    return rows[0] === undefined ? undefined : flowSchema.parse(rows[0]);
  }

  /** Keeps an admitted login until the user has read the notice. */
  async beginNotice(notice: Notice, now: number): Promise<{ token: string; cookie: string }> {
    const [token, cookie] = [newToken(), newToken()];
    await this.database.query(
      'insert into notices (token_hash, cookie_hash, pending, expires_at) values ($1, $2, $3, $4)',
      [hashOf(token), hashOf(cookie), JSON.stringify(notice), new Date(now + flowMs)],
    );
    return { token, cookie };
  }

  async takeNotice(token: string, cookie: string, now: number): Promise<Notice | undefined> {
    const rows: { pending: unknown }[] = await this.database.query(
      `with taken as (
         delete from notices where token_hash = $1 and cookie_hash = $2 and expires_at > $3 returning pending
       ) select pending from taken`,
      [hashOf(token), hashOf(cookie), new Date(now)],
    );
    return rows[0] ? noticeSchema.parse(rows[0].pending) : undefined;
  }
}
