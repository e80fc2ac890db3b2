// The relying-party side: every check of OIDC Core 3.1.3.7 runs, also the signature, although TLS would excuse it.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { decodeProtectedHeader, type JSONWebKeySet } from 'jose';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  ClientSecretPost,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';
import { type Identity, identityOf } from './identity.ts';
import { IdentityProviderError } from './identity-provider.error.ts';
import { acceptedAlgorithms, type LogoutToken, verifyLogoutToken } from './logout-token.ts';
import { isLocalhost } from './loopback-fetch.ts';
import { challengeOf } from './secret-token.ts';

type Options = {
  readonly fetch: typeof fetch;
  readonly allowLocalhost: boolean;
  readonly readSecret: (reference: string) => string | undefined;
};
type LoginParts = { readonly state: string; readonly nonce: string; readonly verifier: string };

const cacheMs = 10 * 60_000;
/** Keys a provider has withdrawn stop working within this time. */
const keysMs = 5 * 60_000;
type Claims = Readonly<Record<string, unknown>>;

export class IdentityProviderClient {
  private readonly options: Options;
  private readonly known = new Map<string, { at: number; configuration: Promise<Configuration> }>();
  private readonly keySets = new Map<string, { at: number; keys: JSONWebKeySet }>();
  constructor(options: Options) {
    this.options = options;
  }

  async authorizationUrl(
    provider: IdentityProvider,
    redirectUri: string,
    parts: LoginParts,
    extra: Readonly<Record<string, string>>,
    now: number,
  ): Promise<string> {
    const configuration = await this.configuration(provider, now);
    return buildAuthorizationUrl(configuration, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: parts.state,
      nonce: parts.nonce,
      code_challenge: challengeOf(parts.verifier),
      code_challenge_method: 'S256',
      ...extra,
    }).href;
  }

  /** Redeems the code in the callback URL; throws {@link IdentityProviderError} unless everything is proven. */
  async claims(provider: IdentityProvider, callback: URL, parts: LoginParts, now: number): Promise<Claims> {
    return this.verifiedClaims(await this.configuration(provider, now), callback, parts);
  }

  /** Who a back-channel logout token is about; throws {@link IdentityProviderError} unless the provider signed it for us. */
  async logoutToken(provider: IdentityProvider, token: string, now: number): Promise<LogoutToken> {
    const server = (await this.configuration(provider, now)).serverMetadata();
    if (!server.jwks_uri) throw new IdentityProviderError('MISCONFIGURED', 'the identity provider publishes no keys');
    const keys = await this.keysAt(server.jwks_uri, now);
    return verifyLogoutToken(token, keys, { issuer: server.issuer, audience: provider.clientId, now });
  }

  private async keysAt(url: string, now: number): Promise<JSONWebKeySet> {
    const known = this.keySets.get(url);
    if (known && now - known.at < keysMs) return known.keys;
    try {
      const answer = await this.options.fetch(url, { headers: { accept: 'application/json' } });
      const keys = (await answer.json()) as JSONWebKeySet;
      this.keySets.set(url, { at: now, keys });
      return keys;
    } catch (cause) {
      throw new IdentityProviderError('UNREACHABLE', 'the identity provider does not answer', cause);
    }
  }

  /** {@link claims}, mapped. */
  async identity(provider: IdentityProvider, callback: URL, parts: LoginParts, now: number): Promise<Identity> {
    const claims = await this.claims(provider, callback, parts, now);
    const identity = identityOf(provider, claims, now);
    if (!identity) throw new IdentityProviderError('REFUSED', 'the ID token names no usable user');
    return identity;
  }

  private async verifiedClaims(configuration: Configuration, callback: URL, parts: LoginParts): Promise<Claims> {
    try {
      const tokens = await authorizationCodeGrant(configuration, callback, {
        pkceCodeVerifier: parts.verifier,
        expectedState: parts.state,
        expectedNonce: parts.nonce,
        idTokenExpected: true,
      });
      const { alg } = decodeProtectedHeader(tokens.id_token ?? '');
      if (!alg || !acceptedAlgorithms.includes(alg)) throw new Error(`algorithm ${alg} is not accepted`);
      const claims = tokens.claims() ?? { iat: 0 };
      // The library takes any issue time, so a token made for later would do.
      if (claims.iat > Date.now() / 1000 + 60) throw new Error('the ID token is issued in the future');
      return claims;
    } catch (cause) {
      throw new IdentityProviderError('REFUSED', 'the answer of the identity provider is not valid', cause);
    }
  }

  private configuration(provider: IdentityProvider, now: number): Promise<Configuration> {
    const key = JSON.stringify([provider.issuer, provider.clientId, provider.clientSecretRef]);
    const found = this.known.get(key);
    if (found && now - found.at < cacheMs) return found.configuration;
    const configuration = this.discover(provider);
    this.known.set(key, { at: now, configuration });
    configuration.catch(() => this.known.delete(key));
    return configuration;
  }

  private async discover(provider: IdentityProvider): Promise<Configuration> {
    const issuer = new URL(provider.issuer);
    const insecure = issuer.protocol === 'http:' && this.options.allowLocalhost && isLoopback(issuer.hostname);
    if (issuer.protocol !== 'https:' && !insecure)
      throw new IdentityProviderError('MISCONFIGURED', 'the issuer must use https');
    const secret = this.options.readSecret(provider.clientSecretRef);
    if (!secret) throw new IdentityProviderError('MISCONFIGURED', `no client secret ${provider.clientSecretRef}`);
    const execute = [enableNonRepudiationChecks, ...(insecure ? [allowInsecureRequests] : [])];
    const authentication: typeof ClientSecretBasic = (text) => (server, client, body, headers) => {
      const methods = server.token_endpoint_auth_methods_supported;
      const method = methods && !methods.includes('client_secret_basic') ? ClientSecretPost : ClientSecretBasic;
      return method(text)(server, client, body, headers);
    };
    try {
      return await discovery(issuer, provider.clientId, {}, authentication(secret), {
        execute,
        [customFetch]: (url, init) => this.options.fetch(url, init as RequestInit),
        timeout: 10,
      });
    } catch (cause) {
      throw new IdentityProviderError('UNREACHABLE', 'the identity provider does not answer', cause);
    }
  }
}

function isLoopback(host: string): boolean {
  return isLocalhost(host) || host === '127.0.0.1';
}
