// One-time codes that carry a ticket to the app's host. The stored ticket opens only with the code itself.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { NextHost } from './host-chain.ts';
import { hashOf, newToken } from './secret-token.ts';

const codeMs = 60_000;
/** What only the holder of the code can read; the next code is as secret as the ticket. */
type Sealed = { readonly ticket: string; readonly next?: NextHost };

/** The new ticket of a session that goes on: its record replaces the old one when the code is redeemed. */
const rotationSchema = z.object({
  sessionId: z.string(),
  storeKey: z.string(),
  sealed: z.string(),
  expiresAt: z.string(),
  /** The provider's name for the new authentication, so that its logout finds the session. */
  providerSession: z.string().optional(),
});
export type Rotation = z.infer<typeof rotationSchema>;
type Redeemed = Sealed & { readonly returnTo: string; readonly rotation?: Rotation };

export class RedeemCodeStore {
  private readonly database: DataSource;
  constructor(database: DataSource) {
    this.database = database;
  }

  async issue(
    manager: EntityManager,
    grant: {
      host: string;
      ticket: string;
      returnTo: string;
      next?: NextHost | undefined;
      rotation?: Rotation | undefined;
    },
    now: number,
  ): Promise<string> {
    const code = newToken();
    await manager.query(
      `insert into redeem_codes (code_hash, host, sealed_ticket, return_to, expires_at, rotation)
       values ($1, $2, $3, $4, $5, $6)`,
      [
        hashOf(code),
        grant.host,
        sealTicket(code, JSON.stringify({ ticket: grant.ticket, next: grant.next })),
        grant.returnTo,
        new Date(now + codeMs),
        grant.rotation ? JSON.stringify(grant.rotation) : null,
      ],
    );
    return code;
  }

  /** What the code stood for, once. A code shown at another host is used up and gives nothing. */
  async redeem(code: string, host: string, now: number): Promise<Redeemed | undefined> {
    const rows: { host: string; sealed_ticket: string; return_to: string; rotation: unknown }[] =
      await this.database.query(
        `with taken as (delete from redeem_codes where code_hash = $1 and expires_at > $2 returning *)
       select host, sealed_ticket, return_to, rotation from taken`,
        [hashOf(code), new Date(now)],
      );
    const row = rows[0];
    if (!row || row.host !== host) return undefined;
    const rotation = row.rotation === null ? {} : { rotation: rotationSchema.parse(row.rotation) };
    return { ...(JSON.parse(openTicket(code, row.sealed_ticket)) as Sealed), returnTo: row.return_to, ...rotation };
  }
}

function keyOf(code: string): Buffer {
  return createHash('sha256').update(`gatehouse redeem key\n${code}`).digest();
}

function sealTicket(code: string, ticket: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', keyOf(code), nonce);
  return Buffer.concat([nonce, cipher.update(ticket, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
    'base64url',
  );
}

function openTicket(code: string, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', keyOf(code), bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString('utf8');
}
