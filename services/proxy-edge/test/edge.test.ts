import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { newSnapshotKeys } from '@gatehouse/testkit/signed-snapshot';
import { type StoredSession, storeSession } from '@gatehouse/testkit/stored-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { untagged } from './client.ts';
import {
  allowedFile,
  appHost,
  eventually,
  publishPolicies,
  type Reply,
  secret,
  startPdp,
  startScanner,
  startWorld,
  suffix,
  type World,
} from './edge-world.ts';

const keys = newSnapshotKeys();
const navigation = {
  ...{ 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'upgrade-insecure-requests': '1' },
  accept: 'text/html',
};
const linkDownload = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'empty' };
const script = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: '*/*' };
const referenceId = /GH-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}/;

let world: World;
let ann: StoredSession;
let pdp: Messaging;
let scanner: { stop(): Promise<void> };

const asAnn = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  world.ask(path, { method, headers: { ...headers, cookie: ann.cookie } });
const activityOf = (reply: Reply) => {
  const reference = referenceId.exec(`${reply.headers['gatehouse-reference'] ?? ''}${reply.body}`)?.[0];
  expect(reference).toBeDefined();
  return eventually(() => world.activities.find((activity) => activity.referenceId === reference));
};

beforeAll(async () => {
  world = await startWorld(keys);
  [pdp, scanner, ann] = await Promise.all([
    startPdp(world.nats.url),
    startScanner(world.nats.url),
    storeSession(world.messaging),
  ]);
});

afterAll(async () => {
  await Promise.all([pdp.close(), scanner.stop()]);
  await world.stop();
});

describe('without a session', () => {
  it('sends a navigation to sign-in with host and return address', async () => {
    const { status, headers } = await world.ask('/page?a=1', { headers: navigation });
    expect(status).toBe(302);
    const location = new URL(headers.location ?? '');
    expect(location.host).toBe(`login.${suffix}:${world.port}`);
    expect(location.pathname).toBe('/start');
    expect(location.searchParams.get('app_host')).toBe(world.publicHost);
    expect(location.searchParams.get('return')).toBe('/page?a=1');
  });

  it('brings a form that was sent back to its page, never to another host', async () => {
    const returnOf = async (referer: string) => {
      const { headers } = await world.ask('/save', { method: 'POST', headers: { ...navigation, referer } });
      return new URL(headers.location ?? '').searchParams.get('return');
    };
    expect(await returnOf(`http://${world.publicHost}/edit?id=1`)).toBe('/edit?id=1');
    for (const referer of [
      '',
      'http://evil.example/x',
      `http://${world.publicHost}.evil.example/x`,
      `//${world.publicHost}/`,
    ])
      expect(await returnOf(referer)).toBe('/');
  });

  it('answers a script with 401', async () => {
    const { status, headers } = await world.ask('/api', { headers: script });
    expect([status, headers['gatehouse-login']]).toEqual([401, 'required']);
  });

  it('refuses a session of another app, a damaged ticket and an expired session', async () => {
    const other = await storeSession(world.messaging, { app: 'crm' });
    const old = await storeSession(world.messaging, { absoluteExpiry: new Date(Date.now() - 1000).toISOString() });
    const damaged = `${ann.cookie.slice(0, -4)}AAAA`;
    for (const cookie of [other.cookie, old.cookie, damaged])
      expect((await world.ask('/page', { headers: { ...navigation, cookie } })).status).toBe(302);
    expect((await asAnn('/page', navigation)).status).toBe(200);
  });

  it('refuses two session cookies', async () => {
    const cookie = `${ann.cookie}; ${ann.cookie}`;
    expect((await world.ask('/page', { headers: { ...navigation, cookie } })).status).toBe(400);
  });
});

describe('pages of the app', () => {
  it('rewrites links and keeps the session cookie from the app', async () => {
    const { status, body } = await asAnn('/page', navigation);
    expect(status).toBe(200);
    expect(untagged(body.toString())).toBe(`<a href="http://${world.publicHost}/next">next</a>`);
    const seen = world.app.seen.findLast(({ url }) => url === '/page');
    expect(seen?.headers.cookie).toBeUndefined();
    expect(seen?.headers.host).toBe(`${appHost}:${world.appPort}`);
  });

  it('says 404 for unknown hosts and 502 for dead or refused upstreams, with a reference', async () => {
    for (const [host, status] of [
      [`nobody.example.${suffix}:${world.port}`, 404],
      [`dead.acme.localhost.${suffix}:${world.port}`, 502],
      [`inner.acme.localhost.${suffix}:${world.port}`, 502],
    ] as const) {
      const reply = await world.ask('/', { host, headers: { ...navigation, cookie: ann.cookie } });
      expect([host, reply.status]).toEqual([host, status]);
      expect(reply.body.toString()).toMatch(referenceId);
    }
    expect((await asAnn('/reset', navigation)).status).toBe(502);
  });

  it('refuses requests that parsers read differently', async () => {
    const host = `Host: ${world.publicHost}\r\n`;
    for (const head of [
      `GET /page HTTP/1.1\r\n${host}Host: other.example\r\n\r\n`,
      `POST /page HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n`,
      `POST /page HTTP/1.1\r\n${host}Transfer-Encoding: xchunked\r\n\r\n`,
      `GET http://other.example/ HTTP/1.1\r\n${host}\r\n`,
      `GET /page HTTP/1.1\r\n${host}Content-Length: 1\r\n\r\nx`,
    ])
      expect(await rawStatus(head)).toBe('HTTP/1.1 400 Bad Request');
  });
});

describe('downloads', () => {
  it('delivers an allowed file byte for byte and records its hash', async () => {
    const reply = await asAnn('/allowed.bin', navigation);
    expect(reply.status).toBe(200);
    expect(reply.body.equals(allowedFile)).toBe(true);
    const sha256 = createHash('sha256').update(allowedFile).digest('hex');
    const activity = await eventually(() => world.activities.find(({ object }) => object?.name === 'allowed.bin'));
    expect(activity).toMatchObject({
      ...{ appliedAction: 'none', stale: false, user: 'ann@acme.com', host: appHost, activityType: 'download' },
      ...{ sha256Original: sha256, sha256Delivered: sha256, bytesDown: allowedFile.length },
    });
  });

  it('shows a page in place of a blocked navigation and hands out the text file to that session alone', async () => {
    const reply = await asAnn('/Q3.xls', { ...navigation, 'accept-language': 'de' });
    const page = reply.body.toString();
    expect(reply.status).toBe(403);
    expect(page).toContain('lang="de"');
    expect(page).toContain('No &#60;b&#62;Q3.xls&#60;/b&#62; for you');
    expect(page).not.toContain(secret);
    const link = /\/\.gatehouse\/restricted\/[\w-]+/.exec(page)?.[0] ?? '';
    const file = await asAnn(link, navigation);
    expect(file.headers['content-disposition']).toContain('Q3.xls.txt');
    expect(file.body.toString()).toMatch(referenceId);
    const bob = await storeSession(world.messaging, { user: 'bob@acme.example' });
    expect((await world.ask(link, { headers: { ...navigation, cookie: bob.cookie } })).status).toBe(404);
    expect(await activityOf(reply)).toMatchObject({
      ...{
        appliedAction: 'block',
        reason: 'POLICY',
        sha256Delivered: createHash('sha256').update(file.body).digest('hex'),
      },
      matchedPolicies: [{ name: 'No xls', result: 'won' }],
    });
  });

  it.each([
    ['a link with download', linkDownload, 200],
    ['a program', { 'user-agent': 'curl/8' }, 200],
    ['a program that wants a part', { 'user-agent': 'curl/8', range: 'bytes=0-9' }, 200],
    ['a script', script, 403],
    ['a script that wants a part', { ...script, range: 'bytes=5-' }, 403],
  ])('gives %s the whole text file and not one byte of the original', async (_who, headers, status) => {
    const reply = await asAnn('/Q3.xls', headers);
    expect(reply.status).toBe(status);
    expect(reply.headers['content-disposition']).toContain('Q3.xls.txt');
    expect(reply.headers['content-type']).toContain('text/plain');
    expect(reply.headers['content-range']).toBeUndefined();
    expect(reply.body.length).toBe(Number(reply.headers['content-length']));
    expect(reply.body.toString()).not.toContain(secret.slice(0, 4));
    expect((await activityOf(reply)).appliedAction).toBe('block');
  });

  it('gives problem+json to a script that asks for JSON', async () => {
    const reply = await asAnn('/Q3.xls', { ...script, accept: 'application/json' });
    expect([reply.status, reply.headers['content-type']]).toEqual([403, 'application/problem+json']);
    expect(JSON.parse(reply.body.toString())).toMatchObject({ status: 403, detail: 'No <b>Q3.xls</b> for you' });
  });

  it('answers HEAD from the judged file', async () => {
    const blocked = await asAnn('/Q3.xls', { 'user-agent': 'curl/8' }, 'HEAD');
    expect(blocked.headers['content-disposition']).toContain('Q3.xls.txt');
    expect(Number(blocked.headers['content-length'])).toBeLessThan(1000);
    expect(blocked.body.length).toBe(0);
    const allowed = await asAnn('/clean.csv', { 'user-agent': 'curl/8' }, 'HEAD');
    expect(allowed.headers['content-length']).toBe('9');
  });

  it('refuses a part that the app sends unasked', async () => {
    const reply = await asAnn('/part.xls', { 'user-agent': 'curl/8' });
    expect(reply.status).toBe(502);
    expect(reply.body.toString()).not.toContain(secret);
  });

  it('blocks by content and lets clean content through', async () => {
    const blocked = await asAnn('/people.csv', linkDownload);
    expect(blocked.body.toString()).not.toContain('Ann,');
    expect(await activityOf(blocked)).toMatchObject({ appliedAction: 'block', scan: { status: 'completed' } });
    const clean = await asAnn('/clean.csv', linkDownload);
    expect(clean.body.toString()).toBe('name\nAnn\n');
    expect(clean.headers['cache-control']).toContain('no-store');
  });

  it('blocks what cannot be inspected and says why', async () => {
    await scanner.stop();
    const reply = await asAnn('/clean.csv', linkDownload);
    scanner = await startScanner(world.nats.url);
    expect(reply.body.toString()).toContain('due to default behaviour');
    expect(reply.body.toString()).not.toContain('Ann');
    expect(await activityOf(reply)).toMatchObject({
      ...{ reason: 'UNSCANNABLE_SCANNER_DOWN', scan: { status: 'failed', reason: 'scannerDown' } },
    });
  });
});

describe('without the PDP', () => {
  const settled = () => new Promise((resolve) => setTimeout(resolve, 100));
  beforeAll(() => pdp.close());
  afterAll(async () => {
    await publishPolicies(world.messaging, keys);
    pdp = await startPdp(world.nats.url);
  });

  it('decides from the signed snapshot and marks it', async () => {
    const reply = await asAnn('/Q3.xls', linkDownload);
    expect(reply.body.toString()).toContain('for you');
    expect(await activityOf(reply)).toMatchObject({ appliedAction: 'block', reason: 'POLICY', stale: true });
    expect((await asAnn('/allowed.bin', linkDownload)).body.equals(allowedFile)).toBe(true);
  });

  it('follows the default behaviour once the snapshot is too old', async () => {
    await publishPolicies(world.messaging, keys, 3600_000);
    await settled();
    const reply = await asAnn('/allowed.bin', linkDownload);
    expect(reply.body.toString()).toContain('Blocked due to default behaviour');
    expect(await activityOf(reply)).toMatchObject({ appliedAction: 'defaultBlock', reason: 'DEFAULT_UNREACHABLE' });
  });

  it('blocks on a snapshot signed by someone else', async () => {
    await publishPolicies(world.messaging, newSnapshotKeys());
    await settled();
    const reply = await asAnn('/allowed.bin', linkDownload);
    expect(await activityOf(reply)).toMatchObject({ appliedAction: 'defaultBlock', reason: 'DEFAULT_BROKEN' });
  });
});

describe('with a broken PDP', () => {
  beforeAll(() => pdp.close());
  afterAll(async () => {
    pdp = await startPdp(world.nats.url);
  });

  it.each([
    ['answers another question', { decisionId: 'someone-elses' }],
    ['answers nonsense', { type: 'perhaps' }],
    [
      'never ends asking',
      {
        ...{ type: 'needs', trace: [] },
        needs: { size: true, label: false, malware: false, content: [], contentSource: 'content' },
      },
    ],
  ])('blocks when it %s', async (_what, twist) => {
    const bent = await startPdp(world.nats.url, (answer) => ({ ...answer, ...twist }) as typeof answer);
    const reply = await asAnn('/allowed.bin', linkDownload);
    await bent.close();
    expect(reply.body.toString()).toContain('Blocked due to default behaviour');
    expect(await activityOf(reply)).toMatchObject({ appliedAction: 'defaultBlock', reason: 'DEFAULT_BROKEN' });
  });
});

describe('WebSocket and revocation', () => {
  it('echoes, and is cut when the session is revoked', async () => {
    const eve = await storeSession(world.messaging);
    // Several first requests at once: every stream of the session must be known.
    const sockets = await Promise.all([1, 2, 3].map(() => upgrade(eve.cookie)));
    for (const socket of sockets) {
      if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
      const echoed = new Promise<string>((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
      socket.write('hello');
      expect(await echoed).toBe('hello');
    }
    const closed = Promise.all(
      sockets.map((socket) => new Promise((resolve) => typeof socket !== 'number' && socket.once('close', resolve))),
    );
    await eve.revoke();
    await closed;
    expect((await world.ask('/page', { headers: { ...navigation, cookie: eve.cookie } })).status).toBe(302);
  });

  it('is refused without a session', async () => {
    expect(await upgrade('a=b')).toBe(401);
  });
});

describe('without NATS', () => {
  it('keeps working from cache and snapshot, and delivers the activities later', async () => {
    await asAnn('/page', navigation);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await world.nats.halt();
    const reply = await asAnn('/Q3.xls', linkDownload);
    expect(reply.body.toString()).toContain('for you');
    await world.nats.resume();
    expect(await activityOf(reply)).toMatchObject({ appliedAction: 'block', stale: true });
  }, 40_000);
});

function upgrade(cookie: string): Promise<Socket | number> {
  return new Promise((resolve, reject) => {
    const headers = {
      ...{ host: world.publicHost, cookie, connection: 'Upgrade', upgrade: 'websocket' },
      ...{ 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' },
    };
    const sent = request({ host: '127.0.0.1', port: world.port, path: '/socket', headers, agent: false });
    sent.on('upgrade', (_response, socket) => resolve(socket.on('error', () => undefined) as Socket));
    sent.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    sent.on('error', reject).end();
  });
}

function rawStatus(head: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectSocket(world.port, '127.0.0.1', () => socket.write(head));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (!text.includes('\r\n')) return;
      socket.destroy();
      resolve(text.slice(0, text.indexOf('\r\n')));
    });
    socket.on('error', reject).on('end', () => reject(new Error('closed without an answer')));
  });
}
