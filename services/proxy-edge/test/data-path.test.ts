// Sessions, rewriting, streams and failures of the data path.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, askRaw, navigation, script, untagged, until } from './client.ts';
import { publicHost, realHost, startWorld, type TestSession, type World } from './world.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let drops = 0;

async function app(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString('latin1');
  seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
  const origin = `http://${request.headers.host}`;
  const html = { 'content-type': 'text/html' };
  switch (request.url?.split('?')[0]) {
    case '/page':
      response.writeHead(200, { ...html, 'set-cookie': ['a=1; Path=/', `b=2; Domain=${realHost}`] });
      return void response.end(`<a href="${origin}/next">next</a>`);
    case '/gzip':
      response.writeHead(200, { ...html, 'content-encoding': 'gzip' });
      return void response.end(gzipSync(`<a href="${origin}/next">next</a>`));
    case '/bomb':
      response.writeHead(200, { ...html, 'content-encoding': 'gzip' });
      return void response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    case '/zstd':
      return void response.writeHead(200, { ...html, 'content-encoding': 'zstd' }).end('whatever');
    case '/redirect':
      return void response.writeHead(302, { location: `${origin}/page?r=${origin}` }).end();
    case '/broken':
      response.writeHead(200, { ...html, 'content-length': '1000000' }).write('<p>'.repeat(40_000));
      return void setTimeout(() => response.destroy(), 200);
    case '/events':
      return void response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${origin}/x\n\n`);
    case '/drip':
      return void response.writeHead(200, { 'content-type': 'application/json' }).write('{"first": "some bytes"}\n');
    case '/drop':
      drops += 1;
      return void response.writeHead(200, html).end('<p>still there</p>');
    default:
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ url: request.url, body }));
  }
}

let world: World;
let session: TestSession;
const get = (path: string, options: Parameters<typeof ask>[2] = {}) =>
  ask(world.port, path, { cookie: session.cookie, ...options });

beforeAll(async () => {
  world = await startWorld({ policies: [], app: (request, response) => void app(request, response) });
  session = await world.newSession();
  world.app.server.on('upgrade', (request, socket) => {
    seen.push({ method: 'UPGRADE', url: request.url ?? '', headers: request.headers, body: '' });
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    socket.pipe(socket);
  });
});
afterAll(() => world?.stop());

describe('session', () => {
  it('does not open with another key, also once it is cached', async () => {
    expect((await get('/page')).status).toBe(200);
    const [id] = session.cookie.split('.');
    const cookie = `${id}.${Buffer.alloc(32, 7).toString('base64url')}`;
    expect((await ask(world.port, '/page', { cookie })).status).toBe(302);
  });

  it('is set from a one-time code, host only, and never from a bad code', async () => {
    const good = await ask(world.port, '/.gatehouse/session?code=good');
    expect([good.status, good.headers.location]).toEqual([302, '/a?x=1']);
    expect(good.headers['set-cookie']).toEqual([
      '__Host-gatehouse-session=the.ticket; Path=/; Secure; HttpOnly; SameSite=Lax',
    ]);
    expect((await ask(world.port, '/.gatehouse/session?code=bad')).headers['set-cookie']).toBeUndefined();
  });

  it('keeps two session cookies from the app', async () => {
    const before = seen.length;
    const { status } = await get('/page', { cookie: `${session.cookie}; ${session.cookie}` });
    expect([status, seen.length]).toEqual([400, before]);
  });

  it('ends with a revocation, streams and tunnels included', async () => {
    const own = await world.newSession();
    const socket = await upgrade(own.cookie);
    const stream = ask(world.port, '/events', { cookie: own.cookie, headers: script }).then(
      () => 'ended',
      () => 'cut',
    );
    await until(() => seen.some(({ url }) => url === '/events'));
    await pause(100);
    await own.revoke();
    await until(() => socket.closed);
    expect(await stream).toBe('cut');
    expect((await ask(world.port, '/page', { cookie: own.cookie })).status).toBe(302);
  });

  it('takes its WebSockets along when it expires, for lack of requests or at its end', async () => {
    const minutes = (count: number) => Date.now() + count * 60_000;
    for (const life of [{ idleMinutes: 5 }, { absoluteExpiry: new Date(minutes(5)).toISOString() }]) {
      const own = await world.newSession(life);
      const socket = await upgrade(own.cookie);
      world.edge.sessions.sweep(minutes(4));
      await pause(100);
      expect(socket.closed).toBe(false);
      world.edge.sessions.sweep(minutes(6));
      await until(() => socket.closed);
    }
  });

  it('lives on while NATS is away and is revocable within 5 s when it is back', async () => {
    const own = await world.newSession();
    const status = async () => (await ask(world.port, '/page', { cookie: own.cookie })).status;
    expect(await status()).toBe(200);
    await world.nats.halt();
    expect(await status()).toBe(200);
    await world.nats.resume();
    await until(() => world.messaging.connected(), 10_000);
    await own.revoke();
    const from = Date.now();
    while ((await status()) === 200 && Date.now() < from + 8_000) await pause(100);
    expect(Date.now() - from).toBeLessThan(5_000);
  }, 40_000);
});

describe('login host', () => {
  it('is forwarded to sign-in with our own forwarding headers only', async () => {
    const headers = { ...navigation, 'x-forwarded-host': 'evil', 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '1.2.3.4' };
    const host = `login.gatehouse.localhost:${world.port}`;
    const { url, headers: got } = JSON.parse((await ask(world.port, '/start?x=1', { host, headers })).text);
    expect(url).toBe('/start?x=1');
    expect(got).toMatchObject({
      'x-forwarded-host': host,
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '127.0.0.1',
    });
    expect(got['x-real-ip']).toBeUndefined();
  });
});

describe('framing', () => {
  const start = (host = publicHost) => `GET /page HTTP/1.1\r\nHost: ${host}\r\n`;
  const post = (version: string, lines: string) => `POST / HTTP/${version}\r\nHost: ${publicHost}\r\n${lines}\r\n\r\n`;
  it.each([
    ['two hosts', `${start()}Host: ${realHost}\r\n\r\n`],
    ['userinfo', `${start(`a@${publicHost}`)}\r\n`],
    ['fragment', `GET /a#b HTTP/1.1\r\nHost: ${publicHost}\r\n\r\n`],
    ['identity coding', post('1.1', 'Transfer-Encoding: identity, chunked')],
    ['length and coding', post('1.1', 'Content-Length: 5\r\nTransfer-Encoding: chunked')],
    ['1.0 with coding', post('1.0', 'Transfer-Encoding: chunked')],
    ['underscore header', `${start()}Content_Length: 3\r\n\r\n`],
  ])('answers 400 and closes on %s', async (_name, text) => {
    const before = seen.length;
    const answer = await askRaw(world.port, text.replace('\r\n\r\n', `\r\nCookie: ${session.cookie}\r\n\r\n`));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer.toLowerCase()).toContain('connection: close');
    expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(seen.length).toBe(before);
  });
});

describe('rewriting', () => {
  const origin = () => `http://${publicHost}:${world.port}`;

  it('maps cookies and redirects to the suffix, the query excepted', async () => {
    expect((await get('/page')).headers['set-cookie']).toEqual(['a=1; Path=/', `b=2; Domain=${publicHost}`]);
    const real = `http://${realHost}:${world.app.port}`;
    expect((await get('/redirect')).headers.location).toBe(`${origin()}/page?r=${real}`);
  });

  it('maps coded bodies', async () => {
    const answer = await get('/gzip', { headers: { ...navigation, 'accept-encoding': 'gzip' } });
    expect([answer.headers['content-encoding'], untagged(answer.text)]).toEqual([
      undefined,
      `<a href="${origin()}/next">next</a>`,
    ]);
  });

  it.each(['/bomb', '/zstd'])('refuses %s', async (path) => {
    const { status } = await get(path).catch(() => ({ status: 0 }));
    expect([0, 502]).toContain(status);
  });

  it('maps requests back and keeps the edge cookie from the app', async () => {
    const body = JSON.stringify({ back: `${origin()}/x` });
    const headers = { ...script, 'content-type': 'application/json', origin: origin() };
    await get('/api?next=/x', {
      method: 'POST',
      body,
      cookie: `one=1; ${session.cookie}; two=2`,
      headers: { ...headers, 'content-length': String(body.length) },
    });
    const last = seen.at(-1);
    const real = `http://${realHost}:${world.app.port}`;
    expect(last?.body).toBe(JSON.stringify({ back: `${real}/x` }));
    expect(last?.headers).toMatchObject({ host: `${realHost}:${world.app.port}`, origin: real });
    expect(last?.headers.cookie).toBe('one=1; two=2');
  });

  it('streams a large upload untouched', async () => {
    const body = Buffer.alloc(9 * 1024 * 1024, 'ab');
    const headers = { ...script, 'content-type': 'application/octet-stream', 'content-length': String(body.length) };
    await get('/upload', { method: 'POST', body, headers });
    const digest = (bytes: string) => createHash('sha256').update(bytes, 'latin1').digest('hex');
    expect(digest(seen.at(-1)?.body ?? '')).toBe(digest(body.toString('latin1')));
  });

  it('lets a delete carry a chunked body', async () => {
    await get('/thing', { method: 'DELETE', body: 'abc', headers: { ...script, 'transfer-encoding': 'chunked' } });
    expect(seen.at(-1)).toMatchObject({ method: 'DELETE', body: 'abc' });
  });

  it.each(['/events', '/drip'])('does not wait for the end of %s', async (path) => {
    const lines = `Host: ${publicHost}:${world.port}\r\nSec-Fetch-Mode: cors\r\nSec-Fetch-Dest: empty\r\nCookie: ${session.cookie}`;
    const first = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(world.port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\n${lines}\r\n\r\n`));
      socket.on('data', (chunk) => {
        text += chunk;
        if (!/\r\n\r\n./s.test(text)) return;
        socket.destroy();
        resolve(text);
      });
    });
    expect(first).toContain(path === '/events' ? `data: ${origin()}/x` : 'some bytes');
  });

  it('answers a preflight itself, for origins of the app only', async () => {
    const preflight = (from: string) =>
      ask(world.port, '/api', {
        method: 'OPTIONS',
        headers: { ...script, origin: from, 'access-control-request-method': 'PUT' },
      });
    const before = seen.length;
    expect((await preflight(origin())).headers['access-control-allow-origin']).toBe(origin());
    expect((await preflight('https://evil.example')).status).toBe(401);
    expect((await preflight(`http://crm.acme.localhost.gatehouse.localhost:${world.port}`)).status).toBe(401);
    expect(seen.length).toBe(before);
  });
});

describe('failures of the app', () => {
  it('cuts an answer that the app cut', async () => {
    await expect(get('/broken')).rejects.toThrow();
  });

  it('repeats a read once when a kept connection turns out dead', async () => {
    await get('/drop');
    world.app.server.prependOnceListener('request', (request) => request.socket.destroy());
    const { status, text } = await get('/drop');
    expect([status, untagged(text)]).toEqual([200, '<p>still there</p>']);
    expect(drops).toBeGreaterThan(1);
  });
});

describe('WebSocket', () => {
  it('tunnels both ways with mapped host and origin', async () => {
    const socket = await upgrade(session.cookie, `http://${publicHost}:${world.port}`);
    socket.write('ping!');
    await until(() => socket.received.includes('ping!'));
    const headers = seen.findLast(({ method }) => method === 'UPGRADE')?.headers;
    const real = `${realHost}:${world.app.port}`;
    expect(headers).toMatchObject({ host: real, origin: `http://${real}`, upgrade: 'websocket' });
    expect(headers?.cookie).toBeUndefined();
    socket.destroy();
  });

  it('is refused to a page of another app', async () => {
    const socket = await upgrade(session.cookie, `http://crm.acme.localhost.gatehouse.localhost:${world.port}`);
    expect(socket.received).toMatch(/^HTTP\/1.1 403 /);
  });
});

async function upgrade(cookie: string | undefined, origin?: string) {
  const socket = connect(world.port, '127.0.0.1');
  const state = {
    received: '',
    closed: false,
    write: (text: string) => void socket.write(text),
    destroy: () => void socket.destroy(),
  };
  socket.on('data', (chunk) => {
    state.received += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    state.closed = true;
  });
  const lines = [
    'GET /live HTTP/1.1',
    `Host: ${publicHost}:${world.port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
  ];
  lines.push('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==');
  if (cookie) lines.push(`Cookie: ${cookie}`);
  if (origin) lines.push(`Origin: ${origin}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await until(() => state.received.includes('\r\n\r\n') || state.closed);
  return state;
}
