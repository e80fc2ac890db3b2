import type { Session } from '@gatehouse/contracts/session';

export type SessionLife =
  | { readonly state: 'live' }
  | { readonly state: 'expired'; readonly cause: 'idle' | 'absolute' };

/**
 * Whether a session may still be used. Times in milliseconds since the epoch; `lastSeen` is the last accepted request.
 * A time that cannot be read counts as expired.
 */
export function sessionLife(
  session: Pick<Session, 'absoluteExpiry' | 'idleMinutes'>,
  lastSeen: number,
  now: number,
): SessionLife {
  if (!(now < Date.parse(session.absoluteExpiry))) return { state: 'expired', cause: 'absolute' };
  if (!(now - lastSeen < session.idleMinutes * 60_000)) return { state: 'expired', cause: 'idle' };
  return { state: 'live' };
}

/** When a session created at `now` ends whatever happens, as ISO text. At most 14 days ahead. */
export function absoluteExpiry(now: number, absoluteMinutes: number): string {
  return new Date(now + Math.min(absoluteMinutes, 20_160) * 60_000).toISOString();
}
