// The issuer's public keys, found by discovery and kept current (RFC 8414, RFC 7517).
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

const metadataSchema = z.object({ issuer: z.string(), jwks_uri: z.url() });
const loopback = /^(localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]+\.localhost)$/;

export function isSafeAddress(url: URL, allowLocalhost: boolean): boolean {
  return url.protocol === 'https:' || (allowLocalhost && url.protocol === 'http:' && loopback.test(url.hostname));
}

/** Keys are asked for when the first token comes; a failure fails that request and is tried again at the next. */
export function issuerKeys(issuer: string, allowLocalhost: boolean): JWTVerifyGetKey {
  let known: Promise<JWTVerifyGetKey> | undefined;
  const discover = async (): Promise<JWTVerifyGetKey> => {
    const address = new URL(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (!isSafeAddress(address, allowLocalhost)) throw new Error('the issuer must use https');
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(5_000) });
    const metadata = metadataSchema.parse(await answer.json());
    const keys = new URL(metadata.jwks_uri);
    if (metadata.issuer !== issuer || !isSafeAddress(keys, allowLocalhost))
      throw new Error('the issuer names another one');
    return createRemoteJWKSet(keys);
  };
  return async (header, token) => {
    known ??= discover();
    known.catch(() => {
      known = undefined;
    });
    return (await known)(header, token);
  };
}
