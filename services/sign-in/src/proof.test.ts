import { expect, test } from 'vitest';
import type { Identity } from './identity.ts';
import { proofOf } from './proof.ts';

const begunAt = Date.parse('2026-01-01T12:00:00Z');
const seconds = (after: number) => begunAt / 1000 + after;
const asked = { identityProvider: 'idp', subject: 'ann', authnContext: ['mfa'], begunAt, now: begunAt + 30_000 };
const ann: Identity = {
  identityProvider: 'idp',
  issuer: 'https://idp.example.com',
  subject: 'ann',
  user: 'ann@example.com',
  groups: [],
  deviceTags: [],
  acr: 'mfa',
  authTime: seconds(20),
  authenticatedAt: '2026-01-01T12:00:20.000Z',
};
const { acr: _acr, ...withoutContext } = ann;
const { authTime: _time, ...withoutTime } = ann;

test.each<[string, Identity, string | undefined]>([
  ['what was asked for', ann, undefined],
  ['a clock that is a little behind', { ...ann, authTime: seconds(-50) }, undefined],
  ["the context in Entra's acrs", { ...withoutContext, acrs: ['c1', 'mfa'] }, undefined],
  ['another user', { ...ann, subject: 'mallory' }, 'another user signed in'],
  ['another provider with the same subject', { ...ann, identityProvider: 'other' }, 'another user signed in'],
  ['a wrong acr', { ...ann, acr: 'pwd' }, 'the authentication context is pwd'],
  ['a missing acr', withoutContext, 'the authentication context is not told'],
  ['a stale auth_time', { ...ann, authTime: seconds(-61) }, 'the authentication is from before the step-up'],
  ['a missing auth_time', withoutTime, 'the time of the authentication is not told'],
  ['an auth_time of tomorrow', { ...ann, authTime: seconds(86_400) }, 'the authentication is from the future'],
])('%s', (_, identity, cause) => {
  expect(proofOf(identity, asked)).toEqual(cause === undefined ? { type: 'proven' } : { type: 'refused', cause });
});
