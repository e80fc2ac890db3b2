// What the broker remembers: short logins of browsers, codes, access tokens.
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { type Identity, identitySchema } from '../identity.ts';
import { hashOf, newToken } from '../secret-token.ts';
import type { AuthorizeRequest } from './authorize-request.ts';

const grantSchema = z.object({
  clientId: z.string(),
  scope: z.string(),
  nonce: z.string().optional(),
  identity: identitySchema,
});
export type Grant = z.infer<typeof grantSchema>;
export type IssuedCode = {
  readonly grant: Grant;
  readonly redirectUri: string;
  readonly challenge: string | undefined;
};

/** Long enough for the app's own login right after ours, short enough that the provider stays the judge. */
export const loginSeconds = 15 * 60;
export const tokenSeconds = 15 * 60;
const codeMs = 60_000;

export class BrokerStore {
  private readonly database: DataSource;
  constructor(database: DataSource) {
    this.database = database;
  }

  async rememberLogin(identity: Identity, now: number): Promise<string> {
    const token = newToken();
    await this.database.query('insert into broker_logins (token_hash, identity, expires_at) values ($1, $2, $3)', [
      hashOf(token),
      JSON.stringify(identity),
      new Date(now + loginSeconds * 1000),
    ]);
    return token;
  }

  async login(token: string, now: number): Promise<Identity | undefined> {
    const rows: { identity: unknown }[] = await this.database.query(
      'select identity from broker_logins where token_hash = $1 and expires_at > $2',
      [hashOf(token), new Date(now)],
    );
    return rows[0] ? identitySchema.parse(rows[0].identity) : undefined;
  }

  async forgetLogin(token: string): Promise<void> {
    await this.database.query('delete from broker_logins where token_hash = $1', [hashOf(token)]);
  }

  async issueCode(request: AuthorizeRequest, identity: Identity, now: number): Promise<string> {
    const code = newToken();
    const nonce = request.nonce === undefined ? {} : { nonce: request.nonce };
    const grant: Grant = { clientId: request.clientId, scope: request.scope, ...nonce, identity };
    await this.database.query(
      `insert into broker_codes (code_hash, client_id, redirect_uri, challenge, grant_data, expires_at)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        hashOf(code),
        request.clientId,
        request.redirectUri,
        request.challenge ?? null,
        JSON.stringify(grant),
        new Date(now + codeMs),
      ],
    );
    return code;
  }

  /** Takes a code once. A code shown again also ends the tokens it gave (RFC 6749 section 4.1.2). */
  async takeCode(code: string, clientId: string, now: number): Promise<IssuedCode | undefined> {
    const rows: { grant_data: unknown; redirect_uri: string; challenge: string | null }[] = await this.database.query(
      `with taken as (
         update broker_codes set used_at = $3
         where code_hash = $1 and client_id = $2 and used_at is null and expires_at > $3 returning *
       ) select grant_data, redirect_uri, challenge from taken`,
      [hashOf(code), clientId, new Date(now)],
    );
    const row = rows[0];
    if (row)
      return {
        grant: grantSchema.parse(row.grant_data),
        redirectUri: row.redirect_uri,
        challenge: row.challenge ?? undefined,
      };
    await this.database.query(
      `with spoiled as (update broker_codes set expires_at = '-infinity' where code_hash = $1 and client_id = $2 returning code_hash)
       delete from broker_tokens using spoiled where broker_tokens.code_hash = spoiled.code_hash`,
      [hashOf(code), clientId],
    );
    return undefined;
  }

  /** A token that lives only if its code was not shown a second time in between. */
  async issueToken(code: string, grant: Grant, now: number): Promise<string> {
    const token = newToken();
    await this.database.query(
      `insert into broker_tokens (token_hash, code_hash, grant_data, expires_at)
       select $1, code_hash, $3, $4 from broker_codes where code_hash = $2 and expires_at > '-infinity'`,
      [hashOf(token), hashOf(code), JSON.stringify(grant), new Date(now + tokenSeconds * 1000)],
    );
    return token;
  }

  async grantOfToken(token: string, now: number): Promise<Grant | undefined> {
    const rows: { grant_data: unknown }[] = await this.database.query(
      'select grant_data from broker_tokens where token_hash = $1 and expires_at > $2',
      [hashOf(token), new Date(now)],
    );
    return rows[0] ? grantSchema.parse(rows[0].grant_data) : undefined;
  }

  /** Access tokens and short logins die with the user's sessions. */
  async forgetUser(user: string): Promise<void> {
    await this.database.query(`delete from broker_tokens where lower(grant_data->'identity'->>'user') = lower($1)`, [
      user,
    ]);
    await this.database.query(`delete from broker_logins where lower(identity->>'user') = lower($1)`, [user]);
  }
}
