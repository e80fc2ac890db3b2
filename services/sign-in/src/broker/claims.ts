import { createHash } from 'node:crypto';
import type { Identity } from '../identity.ts';
import type { Grant } from './broker.store.ts';

const idTokenSeconds = 300;

/** What apps learn about a user. The subject is stable per provider and subject there, and tells neither. */
export function userClaims(identity: Identity): Record<string, unknown> {
  return {
    sub: createHash('sha256')
      .update(JSON.stringify([identity.issuer, identity.subject]))
      .digest('base64url'),
    preferred_username: identity.user,
    email: identity.email ?? identity.user,
    ...(identity.name ? { name: identity.name } : {}),
    groups: identity.groups,
  };
}

/** ID token claims; authentication context is copied from the provider, never raised or invented. */
export function idTokenClaims(issuer: string, grant: Grant, now: number): Record<string, unknown> {
  const { identity, nonce, clientId } = grant;
  const iat = Math.floor(now / 1000);
  return {
    ...userClaims(identity),
    iss: issuer,
    aud: clientId,
    iat,
    exp: iat + idTokenSeconds,
    ...(nonce === undefined ? {} : { nonce }),
    ...(identity.authTime === undefined ? {} : { auth_time: identity.authTime }),
    ...(identity.acr ? { acr: identity.acr } : {}),
    ...(identity.amr ? { amr: identity.amr } : {}),
  };
}
