import { catalogueSchema } from '@gatehouse/contracts/catalogue';
import { expect, test } from 'vitest';
import { checkAuthorizeRequest } from './authorize-request.ts';

const real = 'http://files.acme.example:9101/auth/callback';
const suffix = 'gate.example';
const catalogue = catalogueSchema.parse({
  version: 1,
  apps: [
    {
      id: 'files',
      name: 'Files',
      domains: [{ host: 'files.acme.example', scheme: 'http', port: 9101 }],
      oidcClient: { clientId: 'files', secretHash: 'aa', redirectUris: [real] },
    },
  ],
  assignments: [],
  ipRanges: [],
  identityProviders: [],
  settings: {},
});
const good = { client_id: 'files', redirect_uri: real, response_type: 'code', scope: 'openid email', state: 's' };
const check = (change: object) => checkAuthorizeRequest(catalogue, suffix, { ...good, ...change });

test('the real and the rewritten return address mean the same', () => {
  expect(check({})).toMatchObject({ type: 'ok', request: { redirectUri: real } });
  const rewritten = 'http://files.acme.example.gate.example:8080/auth/callback';
  expect(check({ redirect_uri: rewritten })).toMatchObject({ type: 'ok', request: { redirectUri: real } });
});

test.each([
  ['unknown client', { client_id: 'other' }],
  ['parameter twice', { client_id: ['files', 'files'] }],
  ['no address', { redirect_uri: undefined }],
  ['other path', { redirect_uri: `${real}/x` }],
  ['dot segments', { redirect_uri: 'http://files.acme.example:9101/x/../auth/callback' }],
  ['query added', { redirect_uri: `${real}?x=1` }],
  ['other port', { redirect_uri: 'http://files.acme.example/auth/callback' }],
  ['user information', { redirect_uri: 'http://a@files.acme.example.gate.example/auth/callback' }],
  ['other host', { redirect_uri: 'http://evil.example/auth/callback' }],
  ['suffix of another', { redirect_uri: 'http://evilfiles.acme.example.gate.example/auth/callback' }],
])('shown, never redirected: %s', (_, change) => {
  expect(check(change).type).toBe('refused');
});

test.each([
  ['implicit', { response_type: 'token' }, 'unsupported_response_type'],
  ['no openid', { scope: 'email' }, 'invalid_scope'],
  ['PKCE plain', { code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }, 'invalid_request'],
  ['PKCE without method', { code_challenge: 'a'.repeat(43) }, 'invalid_request'],
  ['short challenge', { code_challenge: 'a', code_challenge_method: 'S256' }, 'invalid_request'],
  ['fragment mode', { response_mode: 'fragment' }, 'invalid_request'],
])('told to the client: %s', (_, change, error) => {
  expect(check(change)).toMatchObject({ type: 'error', error });
});
