// The session record in the store, readable only with the key half of the ticket.
import { type Session, sessionSchema } from '@gatehouse/contracts/session';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import type { Ticket } from './ticket.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** AES-256-GCM and SHA-256 as arguments. `decrypt` gives undefined when the tag does not verify. */
export type SealCrypto = {
  readonly sha256: (bytes: Bytes) => Promise<Bytes>;
  readonly encrypt: (key: Bytes, nonce: Bytes, plain: Bytes, bound: Bytes) => Promise<Bytes>;
  readonly decrypt: (key: Bytes, nonce: Bytes, sealed: Bytes, bound: Bytes) => Promise<Bytes | undefined>;
};

const nonceBytes = 12;

/** Key of the record in the `sessions` bucket and in Postgres: hex SHA-256 of the ticket id. */
export async function storeKey(crypto: SealCrypto, ticketId: Bytes): Promise<string> {
  const digest = await crypto.sha256(ticketId);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Seals a session for the holder of `ticket`: `base64url(nonce ‖ ciphertext ‖ tag)`.
 * The store key is bound in, so a record copied under another key does not open. `nonce` is 12 fresh random bytes.
 */
export async function sealSession(crypto: SealCrypto, ticket: Ticket, session: Session, nonce: Bytes): Promise<string> {
  if (nonce.length !== nonceBytes) throw new RangeError(`nonce has ${nonce.length} bytes, not ${nonceBytes}`);
  const bound = utf8(await storeKey(crypto, ticket.id));
  const sealed = await crypto.encrypt(ticket.key, nonce, utf8(JSON.stringify(session)), bound);
  const whole = new Uint8Array(nonceBytes + sealed.length);
  whole.set(nonce);
  whole.set(sealed, nonceBytes);
  return toBase64Url(whole);
}

/** The session inside `sealed`, or undefined if it is damaged, foreign or not a session. Never throws on bad input. */
export async function openSession(crypto: SealCrypto, ticket: Ticket, sealed: string): Promise<Session | undefined> {
  const whole = fromBase64Url(sealed);
  if (!whole || whole.length <= nonceBytes) return undefined;
  const bound = utf8(await storeKey(crypto, ticket.id));
  const plain = await crypto.decrypt(ticket.key, whole.slice(0, nonceBytes), whole.slice(nonceBytes), bound);
  return plain ? parseSession(plain) : undefined;
}

function parseSession(plain: Bytes): Session | undefined {
  try {
    const parsed = sessionSchema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function utf8(text: string): Bytes {
  return Uint8Array.from(new TextEncoder().encode(text));
}
