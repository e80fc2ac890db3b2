// OpenID Connect Back-Channel Logout 1.0, section 2.6: what a logout token must hold before anyone is signed out.
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { IdentityProviderError } from './identity-provider.error.ts';

export const acceptedAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];
const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

export type LogoutToken = {
  readonly jti: string;
  readonly sub: string | undefined;
  readonly sid: string | undefined;
};

/** Throws {@link IdentityProviderError} REFUSED unless everything holds. An ID token is no logout token: it has a nonce. */
export async function verifyLogoutToken(
  token: string,
  keys: JSONWebKeySet,
  expected: { readonly issuer: string; readonly audience: string; readonly now: number },
): Promise<LogoutToken> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: expected.issuer,
      audience: expected.audience,
      algorithms: acceptedAlgorithms,
      requiredClaims: ['iat', 'jti', 'events'],
      currentDate: new Date(expected.now),
      clockTolerance: 60,
      maxTokenAge: 300,
    });
    const { jti, sub, sid, events, nonce } = payload;
    if (protectedHeader.typ !== undefined && !/^(application\/)?(logout\+jwt|jwt)$/i.test(protectedHeader.typ))
      throw new Error('another kind of token');
    if (nonce !== undefined) throw new Error('an ID token');
    if (typeof events !== 'object' || events === null || !Object.hasOwn(events, logoutEvent))
      throw new Error('no logout');
    if (typeof jti !== 'string' || jti === '') throw new Error('no jti');
    const [subject, session] = [textOf(sub), textOf(sid)];
    if (subject === undefined && session === undefined) throw new Error('it names nobody');
    return { jti, sub: subject, sid: session };
  } catch (cause) {
    throw new IdentityProviderError('REFUSED', 'the logout token is not valid', cause);
  }
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim.trim() !== '' && claim.length <= 1024 ? claim.trim() : undefined;
}
