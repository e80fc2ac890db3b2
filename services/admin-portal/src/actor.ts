// Who made a call, for the audit.
import type { Actor } from './audit.store.ts';
import type { LoginSession } from './login-session.store.ts';
import { Problem } from './problem.ts';
import type { Call } from './route.ts';

/** The session behind a route that is not public. */
export function sessionOf(call: Pick<Call, 'session'>): LoginSession {
  if (call.session === undefined) throw new Problem('UNAUTHENTICATED');
  return call.session;
}

export function actorOf(call: Pick<Call, 'session' | 'ip'>): Actor {
  const { user, token } = sessionOf(call);
  return { by: token === undefined ? user.email : `${user.email} (token ${token})`, ip: call.ip };
}
