// The viewer as a client of the organisation's issuer; every check of OIDC Core 3.1.3.7 runs.
import { createHash } from 'node:crypto';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientSecretBasic,
  type Configuration,
  discovery,
  enableNonRepudiationChecks,
} from 'openid-client';
import { subjectOf } from './access-token.ts';
import type { Subject } from './open-check.ts';
import { isSafeAddress } from './token-keys.client.ts';
import type { SignIn } from './viewer-session.store.ts';

export type OidcOptions = {
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  readonly allowLocalhost: boolean;
};

export class OidcClient {
  readonly #options: OidcOptions;
  #known: Promise<Configuration> | undefined;
  constructor(options: OidcOptions) {
    this.#options = options;
  }

  async authorizationUrl({ state, nonce, verifier }: SignIn): Promise<string> {
    return buildAuthorizationUrl(await this.#configuration(), {
      redirect_uri: this.#options.redirectUri,
      scope: 'openid email profile',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...{ state, nonce },
    }).href;
  }

  /** Throws unless everything is proven. */
  async subject(callback: URL, { state, nonce, verifier }: Omit<SignIn, 'browser'>): Promise<Subject> {
    const tokens = await authorizationCodeGrant(await this.#configuration(), callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('no ID token');
    return subjectOf({ ...claims, auth_time: claims.auth_time ?? claims.iat });
  }

  #configuration(): Promise<Configuration> {
    this.#known ??= this.#discover();
    this.#known.catch(() => {
      this.#known = undefined;
    });
    return this.#known;
  }

  async #discover(): Promise<Configuration> {
    const { clientId, secret, allowLocalhost } = this.#options;
    const issuer = new URL(this.#options.issuer);
    if (!isSafeAddress(issuer, allowLocalhost)) throw new Error('the issuer must use https');
    const execute = [enableNonRepudiationChecks, ...(issuer.protocol === 'http:' ? [allowInsecureRequests] : [])];
    return discovery(issuer, clientId, {}, ClientSecretBasic(secret), { execute });
  }
}
