// What follows once an identity provider has answered, whatever its protocol.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { completeAuthorize } from './broker/complete-authorize.ts';
import { clearFlowCookie, readFlowCookie } from './browser-cookie.ts';
import { providersOf } from './choose-provider.ts';
import { enterApp } from './enter-app.ts';
import type { Flow } from './flow.store.ts';
import { type Identity, identityOf, identitySchema } from './identity.ts';
import { IdentityProviderError } from './identity-provider.error.ts';
import { refuseLogin, sendProviderDown } from './refusal.ts';
import { completeSso } from './saml/complete-sso.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

type Claims = Readonly<Record<string, unknown>>;
export type OpenFlow = { readonly flow: Flow; readonly provider: IdentityProvider; readonly state: string };

/** The flow of this state, taken from the store once and only with this browser's cookie; else a refusal was sent. */
export async function takeFlow(
  signIn: SignIn,
  visit: Visit,
  state: unknown,
  from: { readonly type: IdentityProvider['type']; readonly idp?: string },
): Promise<OpenFlow | undefined> {
  const refuse = async (cause: string) => void (await refuseLogin(signIn, visit, cause));
  if (typeof state !== 'string' || state.length > 80) return void (await refuse('no state'));
  const cookie = readFlowCookie(visit.request, state);
  if (!cookie) return void (await refuse('no flow cookie for this state'));
  const flow = await signIn.flows.take(state, cookie, from.idp, visit.now);
  if (!flow) return void (await refuse('state unknown, used or expired'));
  clearFlowCookie(visit.response, state);
  const app = flow.target.kind === 'app' ? flow.target.app : flow.target.request.app;
  const provider = providersOf(visit.catalogue, app).find(({ id, type }) => id === flow.idp && type === from.type);
  if (!provider || flow.origin !== visit.origin)
    return void (await refuse('identity provider disabled, not for this app, or other origin'));
  return { flow, provider, state };
}

/** Maps proven claims and goes on to the app. `prove` throws {@link IdentityProviderError}. */
export async function finishLogin(
  signIn: SignIn,
  visit: Visit,
  { flow, provider, state }: OpenFlow,
  prove: () => Promise<Claims>,
): Promise<void> {
  const identity = await identify(signIn, visit, provider, prove);
  if (!identity) return;
  const { target } = flow;
  switch (target.kind) {
    case 'app':
      return enterApp(signIn, visit, { identity, target, state });
    case 'broker':
      return completeAuthorize(signIn, visit, target.request, identity, 'fresh');
    case 'saml':
      return completeSso(signIn, visit, target.request, identity, 'fresh');
  }
}

async function identify(
  signIn: SignIn,
  visit: Visit,
  provider: IdentityProvider,
  prove: () => Promise<Claims>,
): Promise<Identity | undefined> {
  try {
    const claims = await prove();
    const identity = identityOf(provider, claims, visit.now);
    if (!identity) throw new IdentityProviderError('REFUSED', 'the identity provider names no usable user');
    await signIn.providerStore.rememberSignIn(provider, claims, identity, visit.now);
    return identitySchema.parse(identity);
  } catch (error) {
    if (!(error instanceof IdentityProviderError)) throw error;
    signIn.log.warn({ error, provider: provider.id }, 'login refused');
    if (error.code === 'UNREACHABLE') sendProviderDown(visit);
    else await refuseLogin(signIn, visit, error.message);
    return undefined;
  }
}
