import { generateKeyPairSync } from 'node:crypto';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { readBrokerKey } from './broker-key.ts';

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength }).privateKey;
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;

test.each([
  ['RS256', rsa(2048)],
  ['ES256', ec('P-256')],
])('signs with %s from PEM and from JWK', async (algorithm, key) => {
  for (const text of [
    String(key.export({ type: 'pkcs8', format: 'pem' })),
    JSON.stringify(key.export({ format: 'jwk' })),
  ]) {
    const broker = await readBrokerKey(text);
    expect(broker.publicJwk).not.toHaveProperty('d');
    const { protectedHeader } = await jwtVerify(
      await broker.sign({ sub: 'x' }),
      createLocalJWKSet({ keys: [broker.publicJwk] }),
    );
    expect(protectedHeader.alg).toBe(algorithm);
  }
});

test.each([
  ['short RSA', rsa(1024)],
  ['other curve', ec('P-384')],
])('refuses %s', async (_, key) => {
  await expect(readBrokerKey(String(key.export({ type: 'pkcs8', format: 'pem' })))).rejects.toThrow(TypeError);
});
