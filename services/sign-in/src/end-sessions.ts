// A logout that an identity provider or an app has proven: sessions end at every edge, and nothing open may follow.
import type { ProviderSessions } from './session.store.ts';
import type { SignIn } from './sign-in.ts';

/** Number of sessions ended. `by` says who asked, for the log. */
export async function endSessions(signIn: SignIn, which: ProviderSessions, by: string, now: number): Promise<number> {
  await signIn.providerStore.forget(which);
  const { count } = await signIn.sessions.revoke({ at: which }, by, now);
  // Once more: a login that was finishing meanwhile.
  await signIn.providerStore.forget(which);
  signIn.log.info({ provider: which.provider, by, ended: count }, 'sessions ended by their identity provider');
  return count;
}
