// Sends the browser to the identity provider with a flow of its own.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { setFlowCookie } from './browser-cookie.ts';
import { chooseProvider } from './choose-provider.ts';
import type { FlowTarget } from './flow.store.ts';
import { IdentityProviderError } from './identity-provider.error.ts';
import { hashKey, hop } from './pages/hop-page.ts';
import { sendProviderDown } from './refusal.ts';
import { samlLoginUrl } from './saml/saml-login.ts';
import { newToken } from './secret-token.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export type LoginParts = { readonly state: string; readonly nonce: string; readonly verifier: string };

/** `extra`: OIDC parameters like `prompt=login` and `max_age`; SAML gets what they mean there. */
export async function beginLogin(
  signIn: SignIn,
  visit: Visit,
  target: FlowTarget,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const provider = chooseProvider(visit, target.kind === 'app' ? target.app : target.request.app);
  if (!provider) return;
  const { request, response, origin, now, catalogue } = visit;
  const parts = { nonce: newToken(), verifier: newToken() };
  const { state, cookie } = await signIn.flows.begin({ idp: provider.id, ...parts, origin, target }, now);
  try {
    const url = await loginUrl(signIn, visit, provider, { state, ...parts }, extra);
    setFlowCookie(request, response, state, cookie, provider.type === 'saml' ? 'None' : 'Lax');
    hop(request, response, { to: url, keep: hashKey(state), organisation: catalogue.settings.organisation });
  } catch (error) {
    if (!(error instanceof IdentityProviderError)) throw error;
    signIn.log.error({ error, provider: provider.id }, 'no login at this provider');
    sendProviderDown(visit);
  }
}

async function loginUrl(
  signIn: SignIn,
  { origin, now }: Visit,
  provider: IdentityProvider,
  parts: LoginParts,
  extra: Readonly<Record<string, string>>,
): Promise<string> {
  switch (provider.type) {
    case 'saml':
      return samlLoginUrl(signIn, provider, origin, parts, extra, now);
    case 'oidc':
      return signIn.providers.authorizationUrl(provider, callbackUri(origin, provider), parts, extra, now);
  }
}

export function callbackUri(origin: string, provider: Pick<IdentityProvider, 'id'>): string {
  return `${origin}/callback/${encodeURIComponent(provider.id)}`;
}
