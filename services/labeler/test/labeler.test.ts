import { constants, createPublicKey, generateKeyPairSync, privateDecrypt, randomUUID, verify } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { catalogueBucket } from '@gatehouse/contracts/catalogue';
import { fileProtected } from '@gatehouse/contracts/files';
import { protectionOpen } from '@gatehouse/contracts/inspection';
import { keyCurrent } from '@gatehouse/contracts/protected-file';
import { readLabels } from '@gatehouse/label/read';
import { bytesSource } from '@gatehouse/label/source';
import { payloadOfHtml } from '@gatehouse/label/tdf-html';
import { isBound } from '@gatehouse/label/tdf-integrity';
import { openTdf, readTdf } from '@gatehouse/label/tdf-read';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { startNats, type TestNats } from '@gatehouse/testkit/world';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Labeler, type LabelerOptions, startLabeler } from '../src/labeler.ts';
import type { FileProtected } from '../src/protect.handler.ts';
import { tdfCrypto } from '../src/seal.ts';

const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const secret = {
  id: '22222222-0000-4000-8000-000000000002',
  siteId: site,
  name: 'Confidential',
  priority: 20,
  protection: {
    permissions: [{ principal: { type: 'anyUser' as const }, rights: ['view' as const, 'export' as const] }],
    expiryDays: 30,
  },
};
const plainLabel = { id: '11111111-0000-4000-8000-000000000001', siteId: site, name: 'Internal', priority: 10 };
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });

let nats: TestNats;
let server: Messaging;
let client: Messaging;
let labeler: Labeler;
const registered: FileProtected[] = [];
let keysAvailable = true;

const options = (): LabelerOptions => ({
  messaging: server,
  listen: { host: '127.0.0.1', port: 0, publicUrl: undefined },
  pool: { size: 1, killMs: 5_000, heapMb: 192, onLost: () => undefined },
  waiting: 3,
  spool: { maxBytes: 8 * 2 ** 20, memoryBytes: 2 ** 20, folder: undefined },
  wrapper: 'auto',
  htmlMaxBytes: 2 ** 20,
  signingKey: signing.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  onRefused: () => undefined,
  onDone: () => undefined,
  onError: () => undefined,
});

beforeAll(async () => {
  nats = await startNats();
  server = await connect({ url: nats.url, name: 'labeler' });
  client = await connect({ url: nats.url, name: 'test' });
  const catalogue = { version: 1, apps: [], assignments: [], ipRanges: [], identityProviders: [], settings: {} };
  await (await client.bucket(catalogueBucket)).put('current', { ...catalogue, labels: [secret, plainLabel] });
  client.serve(keyCurrent, async () => {
    if (!keysAvailable) throw new Error('down');
    const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    return {
      kid: 'k1',
      algorithm: 'rsa:2048' as const,
      pem,
      url: 'https://keys.example',
      viewerUrl: 'https://keys.example/open',
    };
  });
  await client.consume(fileProtected, 'key-access', async (event) => {
    registered.push(event);
  });
  labeler = await startLabeler(options());
});
afterAll(async () => {
  await labeler?.stop();
  await client?.close();
  await server?.close();
  await nats?.stop();
});

type Answer = { status: number; headers: Headers; bytes: Uint8Array };

async function protect(
  bytes: Uint8Array,
  change: Partial<Parameters<typeof client.request>[1] & object> = {},
): Promise<Answer> {
  const request = {
    ...{
      decisionId: randomUUID(),
      fileName: 'plan ü.docx',
      label: 'confidential',
      user: 'kim@acme.example',
      app: 'files',
    },
    ...change,
  };
  const opened = await client.request(protectionOpen, request);
  if (opened.type !== 'opened') throw new Error(opened.reason);
  const answer = await fetch(opened.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${opened.token}` },
    body: bytes as Uint8Array<ArrayBuffer>,
  });
  return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) };
}

async function open(container: Uint8Array): Promise<Uint8Array> {
  const source = bytesSource(container);
  const opened = openTdf(source);
  const [access] = opened.manifest.encryptionInformation.keyAccess;
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  const key = privateDecrypt({ key: keys.privateKey, ...padding }, Buffer.from(access?.wrappedKey ?? '', 'base64'));
  expect(await isBound(tdfCrypto, key, opened.manifest.encryptionInformation.policy, access?.policyBinding ?? '')).toBe(
    true,
  );
  const parts: Uint8Array[] = [];
  for await (const part of readTdf(source, opened, key, tdfCrypto)) parts.push(part);
  return Buffer.concat(parts);
}

const word = (extra: Record<string, Uint8Array | [Uint8Array, { level: 0 }]> = {}) =>
  zipSync({
    '[Content_Types].xml': strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    '_rels/.rels': strToU8(
      '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
    ),
    'word/document.xml': strToU8('<a>PLAINTEXT MARKER</a>'),
    ...extra,
  });
const html = (bytes: Uint8Array) => Buffer.from(payloadOfHtml(Buffer.from(bytes).toString('latin1')), 'base64');

describe('a protected download', () => {
  it('is a labelled, sealed, registered page', async () => {
    const original = word();
    const answer = await protect(original, { sessionId: '33333333-0000-4000-8000-000000000003' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-gatehouse-file-name')).toBe(encodeURIComponent('plan ü.docx.tdf.html'));
    expect(Buffer.from(answer.bytes).includes('PLAINTEXT')).toBe(false);
    const container = html(answer.bytes);
    const inner = await open(container);
    expect(readLabels(inner, { inflate }).labels).toMatchObject([{ id: secret.id, siteId: site }]);
    const fileId = answer.headers.get('x-gatehouse-file-id');
    await expect
      .poll(() => registered.find((event) => event.fileId === fileId))
      .toMatchObject({
        user: 'kim@acme.example',
        label: 'Confidential',
        keyId: 'k1',
        size: original.length,
        sessionId: '33333333-0000-4000-8000-000000000003',
        innerLabel: 'written',
      });
    const event = registered.find((one) => one.fileId === fileId);
    expect(Date.parse(event?.expiresAt ?? '') - Date.parse(event?.at ?? '')).toBe(30 * 86_400_000);
  });
  it('states its label so that a scanner can verify it without the key', async () => {
    const { manifest } = openTdf(bytesSource(html((await protect(word())).bytes)));
    const [head = '', body = '', signature = ''] = String(manifest.assertions?.[0]?.statement.value).split('.');
    const key = { key: createPublicKey(signing.privateKey), dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  });
  it('above the page limit is a plain container, by way of the encrypted spool', async () => {
    const image = new Uint8Array(3 * 2 ** 20).map((_, i) => (i * 7919) >> 3);
    const original = word({ 'word/media/a.bin': [image, { level: 0 }] });
    const answer = await protect(original, { fileName: 'big.docx' });
    expect(answer.headers.get('x-gatehouse-file-name')).toBe('big.docx.tdf');
    const inner = await open(answer.bytes);
    expect(readLabels(inner, { inflate }).state).toBe('labelled');
    expect(Buffer.from(inner).includes(Buffer.from(image))).toBe(true);
  });
  it.each([
    ['a text', strToU8('PLAINTEXT MARKER'), 'noPlace'],
    ['a broken document', Buffer.from('%PDF-1.7\nbroken'), 'unreadable'],
    ['a text that claims to be protected', strToU8('.pfile PLAINTEXT MARKER'), 'protected'],
    ['nothing', new Uint8Array(), 'noPlace'],
  ])('%s is sealed as it is', async (_, bytes, reason) => {
    const answer = await protect(bytes);
    expect(answer.headers.get('x-gatehouse-inner-label')).toBe(reason);
    expect(Buffer.compare(await open(html(answer.bytes)), bytes)).toBe(0);
    expect(Buffer.from(answer.bytes).includes('PLAINTEXT')).toBe(false);
  });
  it('keeps a container of ours as it is', async () => {
    const container = html((await protect(word())).bytes);
    const answer = await protect(container);
    expect(answer.headers.get('x-gatehouse-protection')).toBe('kept');
    expect(Buffer.compare(answer.bytes, container)).toBe(0);
  });
  it('can be narrowed by the policy', async () => {
    const fileId = (await protect(word(), { maxRights: ['view'] })).headers.get('x-gatehouse-file-id');
    await expect
      .poll(() => registered.find((event) => event.fileId === fileId)?.protection.permissions)
      .toEqual([{ principal: { type: 'anyUser' }, rights: ['view'] }]);
  });
});

describe('refused, never clear', () => {
  it.each([
    ['an unknown label', { label: 'Nothing' }, 'no such label'],
    ['a label without protection', { label: 'Internal' }, 'the label has no protection'],
    ['no right left', { maxRights: ['owner'] as ['owner'] }, 'the policy leaves nobody any right'],
  ])('%s', async (_, change, reason) => {
    await expect(protect(word(), change)).rejects.toThrow(reason);
  });
  it('a file over the limit', async () => {
    const answer = await protect(new Uint8Array(9 * 2 ** 20));
    expect(answer.status).toBe(422);
    expect(JSON.parse(Buffer.from(answer.bytes).toString())).toMatchObject({ reason: 'tooLarge' });
  });
  it('a token twice, or none', async () => {
    const request = { decisionId: randomUUID(), fileName: 'a', label: 'Confidential', user: 'k', app: 'files' };
    const opened = await client.request(protectionOpen, request);
    if (opened.type !== 'opened') throw new Error(opened.reason);
    expect((await fetch(opened.url, { method: 'POST', body: 'x' })).status).toBe(401);
    const headers = { authorization: `Bearer ${opened.token}` };
    expect((await fetch(opened.url, { method: 'POST', body: 'x', headers })).status).toBe(200);
    expect((await fetch(opened.url, { method: 'POST', body: 'x', headers })).status).toBe(401);
  });
  it('no key access, no file', async () => {
    keysAvailable = false;
    const other = await startLabeler(options());
    try {
      const statuses = new Set<number>();
      // Both serve the same queue group; only the new one has no key yet.
      for (let i = 0; i < 12; i++) statuses.add((await protect(word())).status);
      expect(statuses).toContain(422);
    } finally {
      keysAvailable = true;
      await other.stop();
    }
  });
  it('a thread that hangs or dies', async () => {
    const script = new URL('./hang.worker.ts', import.meta.url);
    const second = await connect({ url: nats.url, name: 'second' });
    let answered = 0;
    const lost: string[] = [];
    const pool = { size: 1, killMs: 300, heapMb: 64, onLost: (cause: string) => lost.push(cause), script };
    const own = await startLabeler({
      ...options(),
      messaging: {
        ...second,
        serve: (definition, handler) => {
          second.serve({ ...definition, subject: 'protection.open.hang' }, handler);
        },
      },
      pool,
    });
    const request = { decisionId: randomUUID(), fileName: 'a', label: 'Confidential', user: 'k', app: 'files' };
    const opened = await second.request({ ...protectionOpen, subject: 'protection.open.hang' }, request);
    if (opened.type !== 'opened') throw new Error(opened.reason);
    const headers = { authorization: `Bearer ${opened.token}` };
    const answer = await fetch(opened.url, { method: 'POST', body: 'x', headers });
    answered = answer.status;
    expect(answered).toBe(422);
    expect(await answer.json()).toMatchObject({ reason: 'labelling' });
    expect(lost).toContain('timeout');
    await own.stop();
    await second.close();
  });
});
