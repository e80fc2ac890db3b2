// A session in the key-value store, sealed as sign-in does it, and the cookie that opens it.
import { randomBytes, randomUUID } from 'node:crypto';
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { sealSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { formatTicket, newTicket, sessionCookieName } from '@gatehouse/session/ticket';

export type StoredSession = {
  /** `name=value`, as a browser sends it. */
  readonly cookie: string;
  readonly session: Session;
  revoke(): Promise<void>;
};

/** Ann of Marketing in the app `files`, for an hour; `change` says what is different. */
export async function storeSession(messaging: Messaging, change: Partial<Session> = {}): Promise<StoredSession> {
  const crypto = sealCryptoOf(globalThis.crypto.subtle);
  const ticket = newTicket(randomBytes);
  const session = { ...annsSession(new Date()), ...change };
  const sealed = await sealSession(crypto, ticket, session, Uint8Array.from(randomBytes(12)));
  const key = await storeKey(crypto, ticket.id);
  const bucket = await messaging.bucket(sessionsBucket);
  const { sessionId } = session;
  await bucket.put(key, { state: 'active', sessionId, sealed, expiresAt: session.absoluteExpiry });
  return {
    cookie: `${sessionCookieName}=${formatTicket(ticket)}`,
    session,
    revoke: () => bucket.put(key, { state: 'revoked', sessionId, revokedAt: new Date().toISOString() }),
  };
}

const annsSession = (now: Date): Session => ({
  sessionId: randomUUID(),
  app: 'files',
  user: 'ann@acme.com',
  displayName: 'Ann',
  groups: ['Marketing'],
  deviceTags: [],
  identityProvider: 'demo',
  signedInFrom: '127.0.0.1',
  ticketIssuedAt: now.toISOString(),
  authenticatedAt: now.toISOString(),
  createdAt: now.toISOString(),
  idleMinutes: 60,
  absoluteExpiry: new Date(now.getTime() + 3600_000).toISOString(),
});
