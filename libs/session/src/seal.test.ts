import type { Session } from '@gatehouse/contracts/session';
import { expect, test } from 'vitest';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { openSession, sealSession, storeKey } from './seal.ts';
import { sealCryptoOf } from './subtle-crypto.ts';
import { newTicket } from './ticket.ts';

const crypto = sealCryptoOf(globalThis.crypto.subtle);
const random = (bytes: number) => globalThis.crypto.getRandomValues(new Uint8Array(bytes));
const session: Session = {
  sessionId: '0b0b6f4e-6b5e-4a35-9d41-3a2f6a1f5d11',
  app: 'box',
  user: 'mia@acme.example',
  displayName: 'Mia Müller',
  groups: ['Marketing'],
  deviceTags: [],
  identityProvider: 'demo',
  authenticatedAt: '2026-11-01T10:00:00.000Z',
  createdAt: '2026-11-01T10:00:00.000Z',
  idleMinutes: 60,
  absoluteExpiry: '2026-11-01T22:00:00.000Z',
};

test('only the holder of the ticket opens the record', async () => {
  const ticket = newTicket(random);
  const sealed = await sealSession(crypto, ticket, session, random(12));
  expect(sealed).not.toContain('mia');
  expect(await openSession(crypto, ticket, sealed)).toEqual(session);
  expect(await openSession(crypto, newTicket(random), sealed)).toBeUndefined();
  expect(await openSession(crypto, { id: random(32), key: ticket.key }, sealed)).toBeUndefined();
});

test('a damaged record does not open', async () => {
  const ticket = newTicket(random);
  const bytes = fromBase64Url(await sealSession(crypto, ticket, session, random(12)))!;
  for (const at of [0, 12, bytes.length - 1]) {
    const bad = bytes.slice();
    bad[at]! ^= 1;
    expect(await openSession(crypto, ticket, toBase64Url(bad))).toBeUndefined();
  }
  for (const text of ['', 'AAAA', '*', toBase64Url(bytes.slice(0, 12))])
    expect(await openSession(crypto, ticket, text)).toBeUndefined();
});

test('what is sealed must be a session', async () => {
  const ticket = newTicket(random);
  const bound = new TextEncoder().encode(await storeKey(crypto, ticket.id));
  for (const text of ['{}', 'no json']) {
    const nonce = random(12);
    const body = await crypto.encrypt(ticket.key, nonce, new TextEncoder().encode(text), Uint8Array.from(bound));
    expect(await openSession(crypto, ticket, toBase64Url(Uint8Array.from([...nonce, ...body])))).toBeUndefined();
  }
});

test('a nonce has 12 bytes', async () => {
  await expect(sealSession(crypto, newTicket(random), session, random(8))).rejects.toThrow(RangeError);
});

test('the store key is the hex digest of the id', async () => {
  expect(await storeKey(crypto, new Uint8Array())).toMatch(/^e3b0c44298fc1c149afbf4c8996fb924/);
});
