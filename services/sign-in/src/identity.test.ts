import { identityProviderSchema } from '@gatehouse/contracts/catalogue';
import { expect, test } from 'vitest';
import { identityOf } from './identity.ts';

const provider = identityProviderSchema.parse({
  id: 'demo',
  name: 'Demo',
  issuer: 'https://idp.example',
  clientId: 'gatehouse',
  clientSecretRef: 'demo',
});
const now = Date.parse('2026-11-01T10:00:00.000Z');
const claims = { iss: 'https://idp.example', sub: '1', email: 'Mia@Acme.example', name: 'Mia', groups: ['Marketing'] };

test('claims become an identity', () => {
  expect(
    identityOf(provider, { ...claims, device_tags: ['compliant'], acr: 'mfa', auth_time: 1_700_000_000 }, now),
  ).toEqual({
    identityProvider: 'demo',
    issuer: 'https://idp.example',
    subject: '1',
    user: 'mia@acme.example',
    email: 'Mia@Acme.example',
    name: 'Mia',
    groups: ['Marketing'],
    deviceTags: ['compliant'],
    acr: 'mfa',
    authTime: 1_700_000_000,
    authenticatedAt: '2023-11-14T22:13:20.000Z',
  });
});

test('a client certificate is never proven by a claim', () => {
  expect(identityOf(provider, { ...claims, device_tags: ['validClientCertificate'] }, now)?.deviceTags).toEqual([]);
});

test.each([
  ['no user name', { email: undefined }],
  ['a list', { email: ['mia@acme.example'] }],
  ['two @', { email: 'mia@acme.example@evil.example' }],
  ['unverified', { email_verified: false }],
  ['control character', { email: 'mia\u0000@acme.example' }],
  ['no subject', { sub: undefined }],
])('refused: %s', (_, change) => {
  expect(identityOf(provider, { ...claims, ...change }, now)).toBeUndefined();
});
