import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { encodeSnapshot, readSnapshot } from './snapshot.ts';

const now = Date.parse('2026-01-05T10:00:00Z');
const issuedAt = new Date(now).toISOString();
const stored = (id: string, state: string): StoredPolicy =>
  storedPolicySchema.parse({
    id,
    version: 1,
    createdAt: '',
    updatedAt: '',
    updatedBy: '',
    policy: { kind: 'AccessPolicy', name: id, state, action: { type: 'block' } },
  });

const policies = [stored('a', 'enabled'), stored('b', 'reportOnly'), stored('c', 'disabled')];
const signed = (payload: string) => ({ payload, signature: 's', keyId: 'k' });
const verify = ({ signature }: { signature: string }) => signature === 's';

describe('policy snapshot', () => {
  const payload = encodeSnapshot({ version: 7, issuedAt, policies });

  it('carries what decides', () => {
    expect(readSnapshot(signed(payload), { verify, now })).toEqual({
      type: 'snapshot',
      version: 7,
      issuedAt,
      policies: policies.slice(0, 2),
    });
  });

  it.each([
    ['a bad signature', { ...signed(payload), signature: 'x' }, now, 'signature'],
    ['text that is no JSON', signed('{'), now, 'malformed'],
    ['a policy it cannot read', signed(JSON.stringify({ version: 1, issuedAt, policies: [{}] })), now, 'malformed'],
    ['a field that a newer version wrote', signed(payload.replace('{', '{"quarantine":[],')), now, 'malformed'],
    [
      'a policy with a field a newer version wrote',
      signed(payload.replace('{"id"', '{"until":"","id"')),
      now,
      'malformed',
    ],
    [
      'a filter with a key a newer version wrote',
      signed(payload.replace('"severity"', '"scope":"","severity"')),
      now,
      'malformed',
    ],
    ['one older than 15 minutes', signed(payload), now + 15 * 60_000 + 1, 'expired'],
    ['one from the future', signed(payload), now - 61_000, 'expired'],
  ])('refuses %s', (_, value, at, cause) => {
    expect(readSnapshot(value, { verify, now: at })).toEqual({ type: 'refused', cause });
  });

  it('lasts 15 minutes', () => {
    expect(readSnapshot(signed(payload), { verify, now: now + 15 * 60_000 })).toMatchObject({ type: 'snapshot' });
  });
});
