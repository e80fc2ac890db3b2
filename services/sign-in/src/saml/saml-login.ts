// The relying-party side of SAML: our request, and the judgement of the answer.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { type Assertion, judgeResponse } from '@gatehouse/saml/response';
import { authnRequest } from '@gatehouse/saml/write';
import { IdentityProviderError } from '../identity-provider.error.ts';
import type { SignIn } from '../sign-in.ts';
import { redirectUrl } from './binding.ts';
import { ourNames } from './our-names.ts';
import { pemOf } from './saml-key.ts';

/** ID of the request that belongs to a flow: its nonce, which only our tables and the provider know. */
export const requestIdOf = (nonce: string) => `_${nonce}`;

/** Where the browser goes with a signed request. RelayState is the opaque state, never an address. */
export function samlLoginUrl(
  signIn: SignIn,
  provider: IdentityProvider,
  origin: string,
  parts: { readonly state: string; readonly nonce: string },
  extra: Readonly<Record<string, string>>,
  now: number,
): string {
  const { samlKey, loginOrigins } = signIn;
  if (!samlKey || !provider.saml)
    throw new IdentityProviderError(
      'MISCONFIGURED',
      samlKey ? 'the provider has no SAML part' : 'there is no SAML_KEY',
    );
  const names = ourNames(loginOrigins, origin);
  const xml = authnRequest({
    id: requestIdOf(parts.nonce),
    now,
    issuer: names.spEntityId,
    destination: provider.saml.ssoUrl,
    acsUrl: names.acsUrl,
    // SAML knows no maximum age: whoever asks for one is given a new sign-in.
    forceAuthn: extra.prompt === 'login' || extra.max_age !== undefined,
    contexts: extra.acr_values?.split(' ').filter(Boolean) ?? provider.saml.authnContexts,
  });
  const message = { kind: 'SAMLRequest', xml, relayState: parts.state } as const;
  return redirectUrl(provider.saml.ssoUrl, message, samlKey.signing.privateKey);
}

/** The proven assertion; throws {@link IdentityProviderError} for anything else, also for one used before on any replica. */
export async function provenAssertion(
  signIn: SignIn,
  provider: IdentityProvider,
  xml: string,
  flow: { readonly nonce: string; readonly origin: string },
  now: number,
): Promise<Assertion> {
  if (provider.type !== 'saml' || !provider.saml)
    throw new IdentityProviderError('MISCONFIGURED', 'the provider has no SAML part');
  const names = ourNames(signIn.loginOrigins, flow.origin);
  const verdict = judgeResponse(xml, {
    issuer: provider.issuer,
    keys: provider.saml.certificates.map(pemOf),
    acsUrl: names.acsUrl,
    audience: names.spEntityId,
    requestId: requestIdOf(flow.nonce),
    contexts: provider.saml.authnContexts,
    now,
  });
  if (verdict.type === 'refused') throw new IdentityProviderError('REFUSED', verdict.cause);
  const { assertion } = verdict;
  if (!(await signIn.providerStore.useOnce(provider.issuer, assertion.id, assertion.expires)))
    throw new IdentityProviderError('REFUSED', 'the assertion was used before');
  return assertion;
}

/** The assertion in the words of ID token claims, so that one mapping serves both. */
export function claimsOf(assertion: Assertion): Record<string, unknown> {
  const attributes = Object.entries(assertion.attributes)
    .filter(([name]) => !/^(iss|sub|sid|acr|amr|auth_time|nameId|email_verified)$/.test(name))
    .map(([name, values]) => [name, values.length === 1 ? values[0] : values] as const);
  return {
    ...Object.fromEntries(attributes),
    nameId: assertion.nameId,
    iss: assertion.issuer,
    sub: assertion.nameId,
    ...(assertion.sessionIndex === undefined ? {} : { sid: assertion.sessionIndex }),
    ...(assertion.context === undefined ? {} : { acr: assertion.context }),
    auth_time: Math.floor(assertion.authnInstant / 1000),
  };
}
