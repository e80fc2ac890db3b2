// A provider that lies in one way at a time: none may give an identity.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { identityProviderSchema } from '@gatehouse/contracts/catalogue';
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { IdentityProviderClient } from '../src/identity-provider.client.ts';
import { newFetch } from '../src/loopback-fetch.ts';

const parts = { state: 'the-state', nonce: 'the-nonce', verifier: 'v'.repeat(43) };
const now = () => Math.floor(Date.now() / 1000);
type Claims = Record<string, unknown>;
type Lie = {
  readonly claims?: Claims;
  readonly token?: (claims: Claims) => Promise<string | undefined> | string;
  readonly discovery?: Claims;
  readonly callback?: string;
  readonly answer?: Claims;
};

const keys = await generateKeyPair('RS256', { extractable: true });
const attacker = await generateKeyPair('RS256', { extractable: true });
let lie: Lie = {};
let issuer = '';

const signed = (claims: Claims, header: Claims = {}, key: CryptoKey | Uint8Array = keys.privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1', ...header }).sign(key);

const server = createServer(async (request, response) => {
  const send = (body: unknown) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  if (request.url === '/.well-known/openid-configuration')
    return send({
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
      authorization_response_iss_parameter_supported: true,
      ...lie.discovery,
    });
  if (request.url === '/jwks')
    return send({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' }] });
  if (request.url === '/attacker')
    return send({ keys: [{ ...(await exportJWK(attacker.publicKey)), kid: 'k1', use: 'sig' }] });
  const claims = {
    iss: issuer,
    sub: '1',
    aud: 'gatehouse',
    iat: now(),
    exp: now() + 300,
    nonce: parts.nonce,
    email: 'mia@acme.example',
    ...lie.claims,
  };
  const id_token = await (lie.token ?? signed)(claims);
  return send({
    access_token: 'a',
    token_type: 'Bearer',
    ...(id_token === undefined ? {} : { id_token }),
    ...lie.answer,
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

function identify(next: Lie, allowLocalhost = true) {
  lie = next;
  const provider = identityProviderSchema.parse({
    id: 'x',
    name: 'X',
    issuer,
    clientId: 'gatehouse',
    clientSecretRef: 'x',
  });
  const client = new IdentityProviderClient({
    fetch: newFetch(true),
    allowLocalhost,
    readSecret: () => 'a-client-secret-of-good-length-0123456789',
  });
  const query = lie.callback ?? `code=c&state=${parts.state}&iss=${encodeURIComponent(issuer)}`;
  return client.identity(
    provider,
    new URL(`http://login.test/callback/x?${query.replaceAll('ISSUER', encodeURIComponent(issuer))}`),
    parts,
    Date.now(),
  );
}

test('the honest answer is accepted', async () => {
  expect(await identify({})).toMatchObject({ user: 'mia@acme.example', subject: '1' });
});

const lies: [string, Lie][] = [
  ['alg none', { token: (claims) => new UnsecuredJWT(claims).encode() }],
  [
    'HS256 with the client secret',
    {
      token: (claims) =>
        signed(claims, { alg: 'HS256' }, new TextEncoder().encode('a-client-secret-of-good-length-0123456789')),
    },
  ],
  [
    'HS256 with the public key',
    {
      token: async (claims) =>
        signed(claims, { alg: 'HS256' }, new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)))),
    },
  ],
  ['attacker key under our kid', { token: (claims) => signed(claims, {}, attacker.privateKey) }],
  [
    'attacker key in the header',
    { token: async (claims) => signed(claims, { jwk: await exportJWK(attacker.publicKey) }, attacker.privateKey) },
  ],
  ['attacker key by jku', { token: (claims) => signed(claims, { jku: `${issuer}/attacker` }, attacker.privateKey) }],
  ['unknown kid', { token: (claims) => signed(claims, { kid: 'k2' }, attacker.privateKey) }],
  ['signature stripped', { token: async (claims) => (await signed(claims)).replace(/\.[^.]*$/, '.') }],
  [
    'payload exchanged',
    {
      token: async (claims) =>
        (await signed(claims))
          .split('.')
          .map((part, at) =>
            at === 1 ? Buffer.from(JSON.stringify({ ...claims, sub: '2' })).toString('base64url') : part,
          )
          .join('.'),
    },
  ],
  ['critical header', { token: (claims) => signed(claims, { crit: ['b64'], b64: true }).catch(() => 'x') }],
  ['no token', { token: () => Promise.resolve(undefined) }],
  ['no JWT', { token: () => 'abc' }],
  ['other issuer', { claims: { iss: 'https://evil.example' } }],
  ['issuer with a slash', { token: (claims) => signed({ ...claims, iss: `${issuer}/` }) }],
  ['no issuer', { claims: { iss: undefined } }],
  ['other audience', { claims: { aud: 'other' } }],
  ['several audiences without azp', { claims: { aud: ['gatehouse', 'other'] } }],
  ['azp of another', { claims: { aud: ['gatehouse', 'other'], azp: 'other' } }],
  ['no audience', { claims: { aud: undefined } }],
  ['expired', { claims: { exp: now() - 3600 } }],
  ['no expiry', { claims: { exp: undefined } }],
  ['no issue time', { claims: { iat: undefined } }],
  ['not yet valid', { claims: { nbf: now() + 3600 } }],
  ['issued in the future', { claims: { iat: now() + 3600, exp: now() + 7200 } }],
  ['other nonce', { claims: { nonce: 'another' } }],
  ['no nonce', { claims: { nonce: undefined } }],
  ['no subject', { claims: { sub: undefined } }],
  ['empty subject', { claims: { sub: '' } }],
  ['two @', { claims: { email: 'mia@acme.example@evil.example' } }],
  ['unverified address', { claims: { email_verified: false } }],
  ['other state', { callback: 'code=c&state=another&iss=ISSUER' }],
  ['no state', { callback: 'code=c&iss=ISSUER' }],
  ['two states', { callback: 'code=c&state=the-state&state=another&iss=ISSUER' }],
  ['mix-up: issuer of another', { callback: 'code=c&state=the-state&iss=https%3A%2F%2Fevil.example' }],
  ['mix-up: issuer left out', { callback: 'code=c&state=the-state' }],
  ['error answer', { callback: 'error=access_denied&state=the-state&iss=ISSUER' }],
  ['no code', { callback: 'state=the-state&iss=ISSUER' }],
  ['discovery of another issuer', { discovery: { issuer: 'https://evil.example' } }],
  ['other token type', { answer: { token_type: 'mac' } }],
];

test.each(lies)('refused: %s', async (_, each) => {
  await expect(identify(each)).rejects.toMatchObject({ code: expect.stringMatching(/REFUSED|UNREACHABLE/) });
});

test('http issuers exist only in the embedded world', async () => {
  await expect(identify({}, false)).rejects.toMatchObject({ code: 'MISCONFIGURED' });
});
