// Sends the browser to the identity provider with a flow of its own.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { setFlowCookie } from './browser-cookie.ts';
import type { FlowTarget } from './flow.store.ts';
import { IdentityProviderError } from './identity-provider.client.ts';
import { hashKey, hop } from './pages/hop-page.ts';
import { escapeHtml, sendPage } from './pages/page.ts';
import { wordingOf } from './pages/wording.ts';
import { sendNotFound, sendProviderDown } from './refusal.ts';
import { newToken } from './secret-token.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export async function beginLogin(
  signIn: SignIn,
  visit: Visit,
  target: FlowTarget,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const provider = chooseProvider(visit);
  if (provider) await beginLoginAt(signIn, visit, provider, target, extra);
}

/** The same at a given provider. */
export async function beginLoginAt(
  signIn: SignIn,
  visit: Visit,
  provider: IdentityProvider,
  target: FlowTarget,
  extra: Readonly<Record<string, string>>,
): Promise<void> {
  const { request, response, origin, now, catalogue } = visit;
  const parts = { nonce: newToken(), verifier: newToken() };
  const { state, cookie } = await signIn.flows.begin({ idp: provider.id, ...parts, origin, target }, now);
  try {
    const url = await signIn.providers.authorizationUrl(
      provider,
      callbackUri(origin, provider),
      { state, ...parts },
      extra,
      now,
    );
    setFlowCookie(request, response, state, cookie);
    hop(request, response, { to: url, keep: hashKey(state), organisation: catalogue.settings.organisation });
  } catch (error) {
    if (!(error instanceof IdentityProviderError)) throw error;
    signIn.log.error({ error, provider: provider.id }, 'no login at this provider');
    sendProviderDown(visit);
  }
}

export function callbackUri(origin: string, provider: Pick<IdentityProvider, 'id'>): string {
  return `${origin}/callback/${encodeURIComponent(provider.id)}`;
}

/** The one provider, or the one asked for by `idp`; with several and no choice made, a page asks. */
function chooseProvider(visit: Visit): IdentityProvider | undefined {
  const providers = visit.catalogue.identityProviders.filter((provider) => provider.enabled);
  const wanted = visit.request.query.idp;
  const found = providers.length === 1 ? providers[0] : providers.find((provider) => provider.id === wanted);
  if (found) return found;
  if (providers.length === 0) sendNotFound(visit);
  else sendChoice(visit, providers);
  return undefined;
}

function sendChoice(
  { request, response, origin, language, catalogue }: Visit,
  providers: readonly IdentityProvider[],
): void {
  const links = providers.map((provider) => {
    const url = new URL(request.originalUrl, origin);
    url.searchParams.set('idp', provider.id);
    return `<a class="button" href="${escapeHtml(url.pathname + url.search)}">${escapeHtml(provider.name)}</a>`;
  });
  const { organisation } = catalogue.settings;
  sendPage(response, 200, { language, organisation, title: wordingOf(language).chooseTitle, body: links.join('\n') });
}
