import { generateKeyPairSync, sign } from 'node:crypto';
import { decisionRequestSchema } from '@gatehouse/contracts/decision';
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { encodeSnapshot } from '@gatehouse/policy/snapshot';
import { expect, test } from 'vitest';
import { SnapshotClient } from './snapshot.client.ts';

const now = Date.parse('2026-11-01T10:00:00.000Z');
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const at = new Date(now).toISOString();
const policy = storedPolicySchema.parse({
  id: 'p',
  version: 1,
  policy: {
    apiVersion: 'gatehouse/v1',
    kind: 'AccessPolicy',
    name: 'Nobody',
    severity: 'high',
    state: 'enabled',
    activity: [{ field: 'app', operator: 'equals', values: ['box'] }],
    action: { type: 'block' },
  },
  createdAt: at,
  updatedAt: at,
  updatedBy: 'test',
});
const request = decisionRequestSchema.parse({
  decisionId: '0b0b6f4e-6b5e-4a35-9d41-3a2f6a1f5d11',
  scope: 'access',
  subject: { type: 'user', id: 'mia@acme.example', properties: {} },
  action: { name: 'login' },
  resource: { type: 'app', id: 'box', properties: { host: 'box.example' } },
  context: { time: at, ip: '203.0.113.9' },
});

async function decide(change: (signed: { payload: string; signature: string }) => object, key?: string) {
  const payload = encodeSnapshot({ version: 7, issuedAt: at, policies: [policy] });
  const signature = sign(null, Buffer.from(payload), privateKey).toString('base64url');
  const value = { payload, signature, keyId: 'k', ...change({ payload, signature }) };
  const bucket = { watch: async (see: (key: string, value: unknown) => void) => see('current', value) };
  const client = new SnapshotClient(key ?? String(publicKey.export({ type: 'spki', format: 'pem' })));
  await client.watch({ bucket: async () => bucket } as unknown as Messaging);
  return (later = 0) => client.decide(request, now + later);
}

test('a signed snapshot decides for 15 minutes', async () => {
  const at = await decide(() => ({}));
  expect(at()).toMatchObject({
    type: 'decided',
    answer: { stale: true, snapshotVersion: 7, verdict: { action: 'block' } },
  });
  expect(at(16 * 60_000)).toEqual({ type: 'none' });
});

test('a changed snapshot is broken', async () => {
  expect((await decide(({ payload }) => ({ payload: payload.replace('Nobody', 'Anybody') })))()).toEqual({
    type: 'broken',
  });
  expect((await decide(() => ({ signature: '' })))()).toEqual({ type: 'broken' });
});

test('the key may be raw, DER or PEM', async () => {
  const raw = String(publicKey.export({ format: 'jwk' }).x);
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  for (const key of [raw, der]) expect((await decide(() => ({}), key))().type).toBe('decided');
});
