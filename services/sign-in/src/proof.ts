// Whether an authentication is what a step-up asked for.
import { contextsOf, type Identity } from './identity.ts';

const clockSkewMs = 60_000;

export type Proof = { readonly type: 'proven' } | { readonly type: 'refused'; readonly cause: string };

/** What must hold of the answer, and since when. */
export type Asked = {
  readonly identityProvider: string;
  readonly subject: string;
  readonly authnContext: readonly string[];
  /** Milliseconds: when the browser was sent to the provider. */
  readonly begunAt: number;
  readonly now: number;
};

/** The same person at the same provider, in one of the contexts, authenticated since; unsure is refused. */
export function proofOf(identity: Identity, asked: Asked): Proof {
  if (identity.identityProvider !== asked.identityProvider || identity.subject !== asked.subject)
    return { type: 'refused', cause: 'another user signed in' };
  const contexts = contextsOf(identity);
  if (!contexts.some((context) => asked.authnContext.includes(context)))
    return { type: 'refused', cause: `the authentication context is ${contexts.join(' ') || 'not told'}` };
  if (identity.authTime === undefined) return { type: 'refused', cause: 'the time of the authentication is not told' };
  const authTime = identity.authTime * 1000;
  if (authTime < asked.begunAt - clockSkewMs)
    return { type: 'refused', cause: 'the authentication is from before the step-up' };
  if (authTime > asked.now + clockSkewMs) return { type: 'refused', cause: 'the authentication is from the future' };
  return { type: 'proven' };
}
