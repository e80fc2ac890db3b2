// One download after the other: allowed, replaced, held, and what happens when a part of the house is away.
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { cfb } from '@gatehouse/content/cfb-fixture';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, linkDownload, navigation, program, script, until } from './client.ts';
import {
  downloadPolicy,
  publicHost,
  scanned as scannedAny,
  startWorld,
  type TestSession,
  type World,
} from './world.ts';

const xls = Buffer.from(cfb(['Root Entry', 'Workbook']));
const clean = Buffer.alloc(300_000, 'nothing to see here. ');
const noise = randomBytes(300_000);
const huge = Buffer.alloc(3_000_000, 'SSN 078-05-1120 ');
const secret = Buffer.concat([Buffer.alloc(200_000, 'filler '), Buffer.from('SSN 078-05-1120')]);
const files: Record<string, { bytes: Buffer; type?: string; disposition?: string; status?: number; gzip?: boolean }> = {
  'a.xls': { bytes: xls },
  'A.XLS': { bytes: xls },
  'b.jpg': { bytes: xls, type: 'image/jpeg' },
  'plain.xls': { bytes: xls, type: 'text/plain' },
  'stream.xls': { bytes: xls, type: 'text/event-stream' },
  'lost.xls': { bytes: xls, status: 404 },
  'c.bin': { bytes: noise },
  'huge.txt': { bytes: huge, type: 'text/plain' },
  'clean.txt': { bytes: clean, type: 'text/plain' },
  'coded.txt': { bytes: clean, type: 'text/plain', gzip: true },
  'secret.txt': { bytes: secret, type: 'text/plain' },
  'view.pdf': { bytes: Buffer.from('%PDF-1.7 078-05-1120'), type: 'application/pdf', disposition: 'inline' },
};
const seen: IncomingMessage['headers'][] = [];
let rudePart = false;

function app(request: IncomingMessage, response: ServerResponse): void {
  seen.push(request.headers);
  const name = decodeURIComponent((request.url ?? '').split('/').at(-1) ?? '');
  if (name === 'page') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>page</p>');
  const file = files[name];
  if (!file) return void response.writeHead(404).end();
  const bytes = file.gzip ? gzipSync(file.bytes) : file.bytes;
  const part = rudePart || request.headers.range !== undefined;
  response.writeHead(part ? 206 : (file.status ?? 200), {
    'content-type': file.type ?? 'application/octet-stream',
    'content-disposition': file.disposition ?? `attachment; filename="${name}"`,
    'content-length': part ? 10 : bytes.length,
    etag: '"v1"',
    'accept-ranges': 'bytes',
    ...(file.gzip ? { 'content-encoding': 'gzip' } : {}),
    ...(part ? { 'content-range': `bytes 0-9/${bytes.length}` } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : part ? bytes.subarray(0, 10) : bytes);
}

const blockXls = downloadPolicy('No spreadsheets', {
  files: [{ field: 'file.extension', operator: 'equals', values: ['xls'] }],
  action: { type: 'block', message: '{fileName} <must> stay in {appName}, {userName}. {reference}' },
  alerts: { enabled: true, email: ['soc@acme.com'] },
});
const blockSsn = downloadPolicy('No SSN for Marketing', {
  activity: [{ field: 'user.group', operator: 'equals', values: ['Marketing'] }],
  files: [{ field: 'file.type', operator: 'equals', values: ['text', 'document'] }],
  inspection: { types: [{ id: 'us-ssn' }] },
  action: { type: 'block' },
});

const audit = downloadPolicy('Pages of Sales', {
  controlType: 'monitor',
  activity: [
    { field: 'user.group', operator: 'equals', values: ['Sales'] },
    { field: 'activity.type', operator: 'equals', values: ['navigate'] },
  ],
  action: { type: 'allow' },
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
let world: World;
let session: TestSession;
let sales: TestSession;
const get = (name: string, options: Parameters<typeof ask>[2] = {}) =>
  ask(world.port, `/files/${name}`, { cookie: session.cookie, ...options });
const row = (reference: string | undefined) =>
  until(() => world.activities.find((one) => one.referenceId === reference));
/** Rows arrive after their answers: an earlier row of the same name may still be the last one for a moment. */
const expectLastRow = (name: string, shape: object) =>
  vi.waitFor(() => expect(world.activities.findLast((one) => one.object?.name === name)).toMatchObject(shape), 5000);

beforeAll(async () => {
  world = await startWorld({ policies: [blockXls, blockSsn, audit], app });
  session = await world.newSession();
  sales = await world.newSession({ groups: ['Sales'], user: 'bob@acme.com' });
});
afterAll(() => world?.stop());
beforeEach(() => {
  rudePart = false;
  world.activities.length = 0;
});

/** No 64 bytes of the file are in what the client got. */
const leaks = (answer: Buffer, bytes: Buffer) => answer.includes(bytes.subarray(0, 64));

describe('a file that policy blocks by name or type', () => {
  it('is a page that hands over the text file, for a navigation', async () => {
    const page = await get('a.xls');
    expect(page.status).toBe(403);
    expect(page.text).toContain('Download restricted');
    expect(page.text).toMatch(/a\.xls &#60;must&#62; stay in Files, Ann\. GH-/);
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    const path = /\/\.gatehouse\/restricted\/[\w-]+/.exec(page.text)?.[0] ?? '';
    expect(page.text).toContain(`http-equiv="refresh"`);
    const file = await ask(world.port, path, { cookie: session.cookie });
    expect(file.headers['content-disposition']).toContain('filename="a.xls.txt"');
    expect(file.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(file.text).toMatch(/^a\.xls <must> stay in Files, Ann\. GH-[\s\S]*Reference: GH-[\s\S]*Time: 2/);
    expect((await ask(world.port, path, { cookie: sales.cookie })).status).toBe(404);
  });

  it.each([
    ['a.xls', linkDownload],
    ['A.XLS', linkDownload],
    ['b.jpg', linkDownload],
    ['plain.xls', linkDownload],
    ['stream.xls', linkDownload],
    ['a.xls', program],
    ['lost.xls', program],
    ['a.xls', { ...linkDownload, range: 'bytes=100-' }],
  ])('is 200 and %s.txt for a link or a program', async (name, headers) => {
    const answer = await get(name, { headers });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-disposition']).toContain(`filename="${name}.txt"`);
    expect(answer.text).toContain('must> stay in Files');
    expect(leaks(answer.bytes, xls)).toBe(false);
  });

  it('is 403 for a script: text, or a problem where JSON is asked for', async () => {
    const text = await get('a.xls', { headers: script });
    expect([text.status, text.headers['content-type']]).toEqual([403, 'text/plain; charset=utf-8']);
    const problem = await get('a.xls', { headers: { ...script, accept: 'application/json' } });
    expect([problem.status, problem.headers['content-type']]).toEqual([403, 'application/problem+json']);
    expect(JSON.parse(problem.text)).toMatchObject({
      title: 'Download restricted',
      reference: expect.stringMatching(/^GH-/),
    });
  });

  it('gives HEAD the headers of the text file', async () => {
    const { headers, bytes } = await get('a.xls', { method: 'HEAD', headers: program });
    expect(headers['content-disposition']).toContain('a.xls.txt');
    expect(headers['content-length']).not.toBe(String(xls.length));
    expect([headers.etag, bytes.length]).toEqual([undefined, 0]);
  });

  it('is recorded with policy, trace and what was delivered', async () => {
    const answer = await get('b.jpg', { headers: linkDownload });
    const activity = await row(String(answer.headers['gatehouse-reference']));
    expect(activity).toMatchObject({
      app: 'files',
      activityType: 'download',
      user: 'ann@acme.com',
      appliedAction: 'block',
      reason: 'POLICY',
      object: { name: 'b.jpg', detectedType: 'application/vnd.ms-excel', typeMismatch: true },
      matchedPolicies: [{ name: 'No spreadsheets', result: 'won', severity: 'high', alert: true }],
      sha256Delivered: sha256(answer.bytes),
      path: '/files/b.jpg',
      stale: false,
    });
    expect(activity.trace.length).toBeGreaterThan(0);
    expect(activity.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });

  it('is not released to a prefetch', async () => {
    const answer = await get('c.bin', { headers: { ...navigation, 'sec-purpose': 'prefetch' } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(leaks(answer.bytes, noise)).toBe(false);
  });
});

describe('a file that policy lets through', () => {
  it.each([
    ['c.bin', 'notRequested', noise],
    ['clean.txt', 'completed', clean],
    ['coded.txt', 'completed', clean],
  ])('%s arrives byte-identical, scan %s', async (name, scan, bytes) => {
    const answer = await get(name);
    expect([answer.status, sha256(answer.bytes)]).toEqual([200, sha256(bytes)]);
    await expectLastRow(name, {
      appliedAction: 'none',
      reason: 'NO_MATCH',
      scan: { status: scan },
      sha256Original: sha256(bytes),
      sha256Delivered: sha256(bytes),
      bytesDown: bytes.length,
      object: { size: bytes.length },
    });
    expect(readdirSync(world.folder).filter((file) => !file.startsWith('activit'))).toEqual([]);
  });

  it.each([
    ['bytes=5-', 206, clean.subarray(5), `bytes 5-${clean.length - 1}/${clean.length}`],
    ['bytes=-10', 206, clean.subarray(-10), `bytes ${clean.length - 10}-${clean.length - 1}/${clean.length}`],
    ['bytes=70000-140000', 206, clean.subarray(70_000, 140_001), `bytes 70000-140000/${clean.length}`],
    ['bytes=0-1,5-6', 200, clean, undefined],
    [`bytes=${clean.length}-`, 416, Buffer.alloc(0), `bytes */${clean.length}`],
  ])('is fetched whole and judged, then cut: %s', async (range, status, bytes, contentRange) => {
    const answer = await get('clean.txt', { headers: { ...program, range } });
    expect([answer.status, answer.headers['content-range'], sha256(answer.bytes)]).toEqual([
      ...[status, contentRange, sha256(bytes)],
    ]);
    expect(answer.headers['content-length']).toBe(String(bytes.length));
    expect(seen.at(-1)?.range).toBeUndefined();
    const recorded = await until(() =>
      world.activities.findLast(
        ({ bytesDown, sha256Delivered }) => bytesDown === bytes.length && sha256Delivered === sha256(bytes),
      ),
    );
    expect([recorded.sha256Original, recorded.object?.size]).toEqual([sha256(clean), clean.length]);
  });

  it('is cut only while the browser has the same file', async () => {
    const ask = (ifRange: string) =>
      get('clean.txt', { headers: { ...program, range: 'bytes=0-9', 'if-range': ifRange } });
    expect((await ask('"v1"')).status).toBe(206);
    expect((await ask('"v0"')).bytes.length).toBe(clean.length);
  });

  it('gives no part of a file that is refused', async () => {
    for (const range of ['bytes=0-9', 'bytes=-100', 'bytes=199000-']) {
      const answer = await get('secret.txt', { headers: { ...program, range } });
      expect([answer.status, leaks(answer.bytes, secret), answer.headers['content-range']]).toEqual([
        ...[200, false, undefined],
      ]);
    }
  });

  it('is refused where the app sends a part unasked', async () => {
    rudePart = true;
    const { status, bytes } = await get('clean.txt');
    expect(status).toBeGreaterThanOrEqual(400);
    expect(leaks(bytes, clean.subarray(0, 10))).toBe(false);
  });
});

describe('a file whose content decides', () => {
  it('is replaced for whom the policy is about, delivered to others', async () => {
    const answer = await get('secret.txt', { headers: program });
    expect(answer.headers['content-disposition']).toContain('secret.txt.txt');
    expect(leaks(answer.bytes, secret)).toBe(false);
    const activity = await row(String(answer.headers['gatehouse-reference']));
    expect(activity).toMatchObject({ reason: 'POLICY', sha256Original: sha256(secret), scan: { status: 'completed' } });
    expect(activity.scan.findings).toHaveLength(1);
    const other = await get('secret.txt', { headers: program, cookie: sales.cookie });
    expect(sha256(other.bytes)).toBe(sha256(secret));
  });

  it('counts a view as a download where the app says so, and records it as a view', async () => {
    const page = await get('view.pdf');
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('Download restricted')]);
    await expectLastRow('view.pdf', { activityType: 'viewFile' });
  });

  it.each([
    ['no JSON', () => 'garbage'],
    ['another file', () => ({ ...scannedOther })],
  ])('is blocked as broken when the scanner answers %s', async (_name, answer) => {
    world.scannerSays(answer);
    const got = await get('clean.txt', { headers: program });
    expect(leaks(got.bytes, clean)).toBe(false);
    expect(await row(String(got.headers['gatehouse-reference']))).toMatchObject({
      reason: 'DEFAULT_BROKEN',
      appliedAction: 'defaultBlock',
      cause: expect.stringContaining('blocked due to default behaviour'),
    });
  });

  it('is blocked due to default behaviour while the scanner is away, and delivered when it is back', async () => {
    await world.stopScanner();
    const answer = await get('clean.txt', { headers: program });
    expect(answer.text).toContain('due to default behaviour');
    expect(leaks(answer.bytes, clean)).toBe(false);
    expect(await row(String(answer.headers['gatehouse-reference']))).toMatchObject({
      reason: 'UNSCANNABLE_SCANNER_DOWN',
      scan: { status: 'failed', reason: 'scannerDown' },
    });
    await world.startScanner();
    world.scannerSays(scannedAny);
    expect(sha256((await get('clean.txt')).bytes)).toBe(sha256(clean));
  });

  it('is replayed once to another scanner when the first one dies', async () => {
    let calls = 0;
    world.scannerSays((bytes) => {
      calls += 1;
      return calls === 1 ? undefined : scannedAny(bytes);
    });
    expect(sha256((await get('clean.txt')).bytes)).toBe(sha256(clean));
    expect(calls).toBe(2);
    world.scannerSays(scannedAny);
  });
});

describe('a browser that leaves while its file is checked', () => {
  it('ends the scan, is not asked about again, and is on record', async () => {
    let scans = 0;
    let cut = 0;
    world.scannerSays((_bytes, answer) => {
      scans += 1;
      answer.once('close', () => {
        cut += 1;
      });
      return 'later';
    });
    const sent = request({
      ...{ host: '127.0.0.1', port: world.port, path: '/clean.txt' },
      headers: { host: `${publicHost}:${world.port}`, cookie: session.cookie, ...navigation },
    });
    sent.on('error', () => undefined).end();
    await until(() => scans === 1);
    const asked = world.asked.length;
    sent.destroy();
    await until(() => cut === 1);
    const left = await until(() => world.activities.find(({ scan }) => scan.reason === 'browserLeft'));
    expect(left).toMatchObject({ appliedAction: 'none', bytesDown: 0, object: { name: 'clean.txt' } });
    expect([scans, world.asked.length]).toEqual([1, asked]);
    world.scannerSays(scannedAny);
  });
});

describe('a file over the cap', () => {
  const small = { maxFileBytes: 1_000_000 };
  beforeAll(() => world.change({ settings: small }));
  afterAll(() => world.change({ settings: {} }));

  it('is refused as too large where the cell says so, and never read to its end', async () => {
    const answer = await get('huge.txt', { headers: program });
    expect(answer.text).toContain('huge.txt');
    expect(leaks(answer.bytes, huge)).toBe(false);
    expect(await row(String(answer.headers['gatehouse-reference']))).toMatchObject({
      reason: 'UNSCANNABLE_TOO_LARGE',
      scan: { status: 'failed', reason: 'tooLarge' },
      object: { size: huge.length },
    });
  });

  it('is delivered whole to whom the policy is not about', async () => {
    expect(sha256((await get('huge.txt', { cookie: sales.cookie })).bytes)).toBe(sha256(huge));
  });
});

describe('a file for which there is no room', () => {
  it('is refused for now, without a byte of it', async () => {
    world.edge.quota.take(4_194_304 - 1000);
    const answer = await get('clean.txt');
    world.edge.quota.give(4_194_304 - 1000);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
    expect(await row(/GH-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(answer.text)?.[0] ?? '')).toMatchObject({
      appliedAction: 'defaultBlock',
      scan: { status: 'failed', reason: 'spoolFull' },
      object: { name: 'clean.txt' },
      bytesDown: 0,
    });
    expect(leaks(answer.bytes, clean)).toBe(false);
    expect((await get('clean.txt')).status).toBe(200);
  });
});

describe('a file that could not be inspected and may pass', () => {
  const corrupt = (bytes: Buffer) => ({ ...scannedAny(bytes), outcome: { status: 'corrupt', where: 'page 1' } });
  beforeAll(() => world.scannerSays(corrupt));
  afterAll(async () => {
    world.scannerSays(scannedAny);
    await world.change({});
  });

  it('is delivered and named', async () => {
    expect(sha256((await get('clean.txt')).bytes)).toBe(sha256(clean));
    await expectLastRow('clean.txt', { reason: 'UNSCANNABLE_CORRUPT', scan: { status: 'failed' } });
  });

  it('is blocked in strict mode', async () => {
    await world.change({ app: { strictMode: true } });
    const answer = await get('clean.txt', { headers: program });
    expect(leaks(answer.bytes, clean)).toBe(false);
    expect(await row(String(answer.headers['gatehouse-reference']))).toMatchObject({
      reason: 'STRICT_MODE',
      appliedAction: 'block',
    });
  });
});

describe('without the PDP', () => {
  beforeAll(() => world.stopPdp());
  afterAll(() => world.startPdp());

  it('blocks by default behaviour while there is no snapshot', async () => {
    const answer = await get('c.bin', { headers: program });
    expect(answer.text).toContain('due to default behaviour');
    expect(await row(String(answer.headers['gatehouse-reference']))).toMatchObject({
      reason: 'DEFAULT_UNREACHABLE',
      appliedAction: 'defaultBlock',
      cause: expect.stringMatching(/^blocked due to default behaviour: /),
    });
  });

  it('decides from the signed snapshot and says it is stale', async () => {
    await world.publishSnapshot();
    await until(() => world.edge.snapshot.version(Date.now()) === 7);
    expect(sha256((await get('c.bin')).bytes)).toBe(sha256(noise));
    await expectLastRow('c.bin', { stale: true });
    const blocked = await get('a.xls', { headers: program });
    expect(await row(String(blocked.headers['gatehouse-reference']))).toMatchObject({ reason: 'POLICY', stale: true });
    expect(sha256((await get('clean.txt')).bytes)).toBe(sha256(clean));
  });

  it('does not trust an old snapshot', async () => {
    await world.publishSnapshot(new Date(Date.now() - 16 * 60_000));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await get('c.bin', { headers: program })).text).toContain('due to default behaviour');
  });
});

describe('records', () => {
  it('names the pages a user opened, and the policies that watch them', async () => {
    await world.publishSnapshot();
    await until(() => world.edge.snapshot.version(Date.now()) === 7);
    await ask(world.port, '/page', { cookie: session.cookie });
    await ask(world.port, '/page', { cookie: sales.cookie });
    const [ann, bob] = await Promise.all(
      ['ann@acme.com', 'bob@acme.com'].map((user) =>
        until(() => world.activities.find((one) => one.activityType === 'navigate' && one.user === user)),
      ),
    );
    expect(ann).toMatchObject({ path: '/page', appliedAction: 'none', reason: 'NO_MATCH', matchedPolicies: [] });
    expect(bob).toMatchObject({ appliedAction: 'allow', matchedPolicies: [{ name: 'Pages of Sales' }] });
  });
});

const scannedOther = {
  outcome: { status: 'complete' },
  size: 1,
  sha256: 'another',
  detectedType: 'text/plain',
  matches: [],
  findings: [],
  scanMs: 1,
};
