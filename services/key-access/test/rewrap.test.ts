import {
  constants,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  publicEncrypt,
} from 'node:crypto';
import {
  accessRequestDecide,
  accessRequestList,
  fileList,
  fileRevoke,
  keyCurrent,
} from '@gatehouse/contracts/protected-file';
import { bytesSource } from '@gatehouse/label/source';
import { openTdf, readTdf } from '@gatehouse/label/tdf-read';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addKeyPair, loadKeyPairs } from '../src/key-pair.store.ts';
import { unwrapKey } from '../src/key-wrap.ts';
import { verifyOpens } from '../src/open-log.ts';
import { serverCrypto } from '../src/server-crypto.ts';
import { type Client, requestToken, resultOf, type Sealed, startKeyWorld, unwrapped, type World } from './key-world.ts';

let world: World;
let kim: Client;

beforeAll(async () => {
  world = await startKeyWorld();
  kim = await world.person('kim@acme.example');
});
afterAll(() => world?.stop());

async function read(sealed: Sealed, key: Uint8Array): Promise<string> {
  const source = bytesSource(sealed.container);
  const parts: Uint8Array[] = [];
  for await (const part of readTdf(source, openTdf(source), key, serverCrypto)) parts.push(part);
  return Buffer.concat(parts).toString();
}
const only = (...rights: string[]) => ({ protection: { permissions: [{ principal: { type: 'anyUser' }, rights }] } });

it('releases the key to a client that may hold it', async () => {
  const sealed = await world.seal();
  const result = resultOf(await world.ask(kim, [sealed]));
  expect(result.status).toBe('permit');
  expect(await read(sealed, unwrapped(kim, result))).toBe('the secret plan');
});

it('wraps to an EC client by an agreed key', async () => {
  const sealed = await world.seal();
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = ec.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const answer = await world.ask(kim, [], { token: await requestToken(kim, [sealed], pem) });
  const { sessionPublicKey } = answer.body as { sessionPublicKey: string };
  const shared = diffieHellman({ privateKey: ec.privateKey, publicKey: createPublicKey(sessionPublicKey) });
  const key = new Uint8Array(hkdfSync('sha256', shared, createHash('sha256').update('TDF').digest(), '', 32));
  const wrapped = Buffer.from(resultOf(answer).kasWrappedKey ?? '', 'base64');
  const fileKey = (await serverCrypto.decrypt(key, wrapped.subarray(0, 12), wrapped.subarray(12))) as Uint8Array;
  expect(await read(sealed, fileKey)).toBe('the secret plan');
});

it('unwraps objects that were wrapped to its EC key', async () => {
  const pairs = await loadKeyPairs(world.source, 'a seal secret of forty characters, at least');
  const pair = pairs.find(({ algorithm }) => algorithm === 'ec:secp256r1');
  const ephemeral = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: createPublicKey(pair?.publicPem ?? '') });
  const key = new Uint8Array(hkdfSync('sha256', shared, createHash('sha256').update('TDF').digest(), '', 32));
  const iv = new Uint8Array(12).fill(1);
  const wrapped = Buffer.concat([iv, (await serverCrypto.encrypt(key, iv, new Uint8Array(32).fill(9))) as Uint8Array]);
  const access = {
    ...{
      type: 'ec-wrapped' as const,
      url: '',
      protocol: 'kas',
      kid: pair?.kid,
      wrappedKey: wrapped.toString('base64'),
      policyBinding: '',
    },
    ephemeralPublicKey: ephemeral.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
  expect(new Uint8Array(unwrapKey(access, pairs) ?? [])).toEqual(new Uint8Array(32).fill(9));
});

it('answers each file for itself', async () => {
  const [open, closed] = [await world.seal(), await world.seal(only('view'))];
  const answer = await world.ask(kim, [open, closed]);
  expect(resultOf(answer, 0).status).toBe('permit');
  expect(resultOf(answer, 1)).toMatchObject({ status: 'fail', error: 'PermissionDenied: viewOnly' });
});

it('asks the access policies again, about this person and the app of the file', async () => {
  const sealed = await world.seal();
  world.policies = 'block';
  expect(resultOf(await world.ask(kim, [sealed])).error).toBe('PermissionDenied: policy');
  world.policies = 'down';
  expect(resultOf(await world.ask(kim, [sealed])).error).toBe('PermissionDenied: policy');
  world.policies = 'allow';
  expect(resultOf(await world.ask(kim, [sealed])).status).toBe('permit');
  expect(world.questions.at(-1)).toMatchObject({
    scope: 'access',
    subject: { id: 'kim@acme.example' },
    resource: { id: 'files' },
  });
});

describe('revocation', () => {
  const session = '33333333-0000-4000-8000-000000000003';
  it.each([
    ['file', (sealed: Sealed) => ({ fileId: sealed.fileId })],
    ['user', () => ({ user: 'PAT@acme.example' })],
    ['label', () => ({ label: 'revoke-me' })],
    ['session', () => ({ sessionId: session })],
  ])('by %s holds in less than a second', async (_, what) => {
    const sealed = await world.seal({ user: 'pat@acme.example', label: 'Revoke-Me', sessionId: session });
    expect(resultOf(await world.ask(kim, [sealed])).status).toBe('permit');
    const started = performance.now();
    const { revoked } = await world.client.request(fileRevoke, { by: 'admin', ...what(sealed) });
    expect(revoked).toBeGreaterThan(0);
    expect(resultOf(await world.ask(kim, [sealed])).error).toBe('PermissionDenied: revoked');
    expect(performance.now() - started).toBeLessThan(1_000);
  });
  it('of nothing in particular revokes nothing', async () => {
    expect(await world.client.request(fileRevoke, { by: 'admin' })).toEqual({ revoked: 0 });
  });
  it('shows in the list', async () => {
    const { files } = await world.client.request(fileList, { label: 'revoke-me' });
    expect(files.every(({ revokedBy }) => revokedBy === 'admin')).toBe(true);
    expect(files.length).toBe(4);
  });
});

it('expires', async () => {
  const sealed = await world.seal({ expiresAt: new Date(Date.now() - 1000).toISOString() });
  expect(resultOf(await world.ask(kim, [sealed])).error).toBe('PermissionDenied: expired');
});

it('lets a refused person ask, and a grant open', async () => {
  const protection = { permissions: [{ principal: { type: 'user', id: 'sam@acme.example' }, rights: ['owner'] }] };
  const sealed = await world.seal({ protection });
  expect(resultOf(await world.ask(kim, [sealed])).error).toBe('PermissionDenied: notPermitted');
  await world.access.files.requestAccess(sealed.fileId, kim.user, 'I write the report');
  await world.access.files.requestAccess(sealed.fileId, kim.user, 'again');
  const { requests } = await world.client.request(accessRequestList, { state: 'open' });
  expect(requests).toMatchObject([{ fileId: sealed.fileId, user: kim.user, justification: 'I write the report' }]);
  const id = requests[0]?.id ?? '';
  const decision = { type: 'grant' as const, rights: ['export' as const] };
  expect(await world.client.request(accessRequestDecide, { id, by: 'admin', decision })).toEqual({ state: 'granted' });
  expect(await world.client.request(accessRequestDecide, { id, by: 'admin', decision })).toEqual({
    state: 'alreadyDecided',
  });
  expect(resultOf(await world.ask(kim, [sealed])).status).toBe('permit');
});

it('keeps old keys for files that are out, and sealed at rest', async () => {
  const secret = 'a seal secret of forty characters, at least';
  await addKeyPair(world.source, secret, 'rsa:2048');
  const pairs = await loadKeyPairs(world.source, secret);
  expect(pairs.length).toBe(3);
  await expect(loadKeyPairs(world.source, 'another secret of forty characters or more')).rejects.toThrow();
  const rows: { sealed: Buffer }[] = await world.source.query('SELECT sealed FROM key_pairs');
  const der = pairs.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'der' }));
  expect(rows.some(({ sealed }) => der.some((one) => sealed.includes(one.subarray(30, 60))))).toBe(false);
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const old = pairs.at(-1);
  if (old?.algorithm !== 'rsa:2048') return;
  const wrappedKey = publicEncrypt({ key: old.publicPem, ...padding }, new Uint8Array(32)).toString('base64');
  expect(
    unwrapKey({ type: 'wrapped', url: '', protocol: 'kas', kid: old.kid, wrappedKey, policyBinding: '' }, pairs),
  ).toHaveLength(32);
});

it('tells its current key', async () => {
  expect(await world.client.request(keyCurrent, {})).toMatchObject({
    algorithm: 'rsa:2048',
    viewerUrl: 'https://keys.example/open',
  });
});

it('records every open in a chain that shows tampering, and as an event', async () => {
  await Promise.all(Array.from({ length: 20 }, async () => world.ask(kim, [await world.seal()])));
  const { rows, brokenAt } = await verifyOpens(world.source);
  expect(rows).toBeGreaterThan(20);
  expect(brokenAt).toBeUndefined();
  await expect.poll(async () => (await world.source.query('SELECT 1 FROM outbox')).length, { timeout: 5_000 }).toBe(0);
  await world.source.query('ALTER TABLE opens DISABLE TRIGGER opens_append_only');
  await world.source.query(
    'UPDATE opens SET allowed = true, reason = NULL WHERE number = (SELECT max(number) - 3 FROM opens WHERE true)',
  );
  await world.source.query("UPDATE opens SET user_name = 'nobody' WHERE number = 5");
  expect((await verifyOpens(world.source)).brokenAt).toBe(5);
});

it('releases nothing when the audit cannot be written', async () => {
  const sealed = await world.seal();
  await world.source.query('ALTER TABLE opens RENAME TO opens_away');
  try {
    await expect(world.ask(kim, [sealed])).rejects.toThrow();
  } finally {
    await world.source.query('ALTER TABLE opens_away RENAME TO opens');
  }
});
