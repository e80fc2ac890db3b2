// OpenID Connect back-channel logout: a signed token ends sessions, every other ends nothing.
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { expect, test } from 'vitest';
import { verifyLogoutToken } from '../src/logout-token.ts';

const keys = await generateKeyPair('RS256', { extractable: true });
const attacker = await generateKeyPair('RS256');
const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' }] };
const now = Date.now();
const seconds = Math.floor(now / 1000);
const event = 'http://schemas.openid.net/event/backchannel-logout';
const expected = { issuer: 'https://idp.example', audience: 'gatehouse', now };

type Claims = Record<string, unknown>;
const good: Claims = {
  ...{ iss: expected.issuer, aud: 'gatehouse', iat: seconds, exp: seconds + 120, jti: '1', sub: '7', sid: 's' },
  events: { [event]: {} },
};
const signed = (change: Claims = {}, header: Claims = {}, key: CryptoKey | Uint8Array = keys.privateKey) =>
  new SignJWT({ ...good, ...change })
    .setProtectedHeader({ alg: 'RS256', kid: 'k1', typ: 'logout+jwt', ...header })
    .sign(key);

test('the honest token names subject and session', async () => {
  expect(await verifyLogoutToken(await signed(), jwks, expected)).toEqual({ jti: '1', sub: '7', sid: 's' });
});

test.each<[string, () => Promise<string> | string]>([
  ['unsigned logout token', () => new UnsecuredJWT(good).encode()],
  ['signature stripped', async () => (await signed()).replace(/\.[^.]*$/, '.')],
  ['by the attacker', () => signed({}, {}, attacker.privateKey)],
  ['HS256', () => signed({}, { alg: 'HS256' }, new TextEncoder().encode('x'.repeat(40)))],
  ['other issuer', () => signed({ iss: 'https://evil.example' })],
  ['other audience', () => signed({ aud: 'other' })],
  ['an ID token: nonce', () => signed({ nonce: 'n' })],
  ['an ID token: no event', () => signed({ events: undefined })],
  ['another event', () => signed({ events: { 'urn:other': {} } })],
  ['nobody', () => signed({ sub: undefined, sid: undefined })],
  ['empty names', () => signed({ sub: ' ', sid: '' })],
  ['no jti', () => signed({ jti: undefined })],
  ['old', () => signed({ iat: seconds - 3600, exp: seconds + 60 })],
  ['expired', () => signed({ exp: seconds - 120 })],
  ['from the future', () => signed({ iat: seconds + 3600, exp: seconds + 7200 })],
  ['an access token', () => signed({}, { typ: 'at+jwt' })],
  ['no token', () => 'x'],
])('refused: %s', async (_, make) => {
  await expect(verifyLogoutToken(await make(), jwks, expected)).rejects.toMatchObject({ code: 'REFUSED' });
});
