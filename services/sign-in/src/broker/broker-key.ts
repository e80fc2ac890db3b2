// The key with which the broker signs ID tokens for apps.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, type JWK, SignJWT } from 'jose';

export type BrokerKey = {
  readonly algorithm: 'RS256' | 'ES256';
  readonly publicJwk: JWK;
  readonly sign: (claims: Readonly<Record<string, unknown>>) => Promise<string>;
};

/** Reads PKCS#8 PEM or a private JWK; RSA of 2048 bits or more, or P-256. Throws on anything else. */
export async function readBrokerKey(text: string): Promise<BrokerKey> {
  const key = text.trim().startsWith('{')
    ? createPrivateKey({ key: JSON.parse(text), format: 'jwk' })
    : createPrivateKey(text);
  const algorithm = algorithmOf(key);
  const jwk = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(jwk);
  return {
    algorithm,
    publicJwk: { ...jwk, kid, use: 'sig', alg: algorithm },
    sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(key),
  };
}

function algorithmOf(key: KeyObject): BrokerKey['algorithm'] {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength >= 2048) return 'RS256';
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return 'ES256';
  throw new TypeError('BROKER_KEY must be an RSA key of at least 2048 bits or a P-256 key');
}
