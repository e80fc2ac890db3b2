// Every way we know to use a session without being its holder. Counted by `npm run attack:sign-in`, class `session`:
// an attack is a test called `refused: …`, the others are honest controls.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { fromBase64Url, toBase64Url } from '@gatehouse/session/base64url';
import { sealSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { formatTicket, newTicket, parseTicket, sessionCookieName, type Ticket } from '@gatehouse/session/ticket';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { config } from '../src/config.ts';
import { type Listening, startHttp } from '../src/listeners.ts';
import { createEdge } from '../src/proxy-edge.module.ts';
import { ask, askRaw, navigation, program, script, until } from './client.ts';
import { publicHost, startWorld, suffix, type TestSession, type World } from './world.ts';

const crypto = sealCryptoOf(globalThis.crypto.subtle);
let world: World;
let ann: TestSession;
let bob: TestSession;
let replica: { port: number; stop(): Promise<void> };
let upstream = 0;
let tunnels = 0;

async function startReplica(): Promise<typeof replica> {
  const messaging: Messaging = await connect({ url: world.nats.url, name: 'proxy-edge' });
  const values = config.parse({
    ...{ SUFFIX: suffix, HTTP_PORT: '0', SIGN_IN_URL: 'http://127.0.0.1:9', ALLOW_LOCALHOST: 'true' },
    SPOOL_DIR: `${world.folder}/replica`,
  });
  const edge = await createEdge(values, pino({ level: 'silent' }), messaging);
  const http: Listening & { readonly port: number } = await startHttp(edge, 0);
  return {
    port: http.port,
    async stop() {
      await http.close();
      await edge.activities.stop();
      edge.upstream.close();
      await messaging.close();
    },
  };
}

beforeAll(async () => {
  world = await startWorld({
    policies: [],
    app: (request, response) => {
      upstream += 1;
      if (request.url === '/plant') {
        const own = `${sessionCookieName}=${ann.cookie.split('=')[1]}`;
        return response
          .writeHead(200, { 'set-cookie': [`${own}; Path=/; Secure`, `=${own}; Path=/`, `x=1; Domain=${suffix}`] })
          .end('planted');
      }
      if (request.url === '/endless') return void response.write('<p>on and on');
      response.writeHead(200, { 'content-type': 'text/html' }).end(`<p>secret</p>${request.headers.cookie ?? ''}`);
    },
  });
  world.app.server.on('upgrade', (_request, socket) => {
    tunnels += 1;
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.on('error', () => socket.destroy());
  });
  [ann, bob] = [await world.newSession({ host: publicHost }), await world.newSession({ user: 'bob@acme.com' })];
  replica = await startReplica();
}, 60_000);
afterAll(async () => {
  await replica?.stop();
  await world?.stop();
});

type Try = { readonly host?: string; readonly port?: number; readonly headers?: Readonly<Record<string, string>> };

/** What a cookie line gets: `in` is a break-in. */
async function outcome(cookie: string, { host, port = world.port, headers = navigation }: Try = {}): Promise<string> {
  const before = upstream;
  const reply = await ask(port, '/', { cookie, headers, host: host ?? `${publicHost}:${world.port}` });
  if (upstream !== before || reply.text.includes('secret')) return 'in';
  return String(reply.status);
}
const refused = async (cookie: string, options: Try = {}) =>
  expect(await outcome(cookie, options)).toMatch(/^(302|400|401|403|404|431)$/);

const secretOf = (session: TestSession) => session.cookie.slice(sessionCookieName.length + 1);
const ticketOf = (session: TestSession) => parseTicket(secretOf(session)) as Ticket;
const named = (value: string) => `${sessionCookieName}=${value}`;
const bucket = () => world.messaging.bucket(sessionsBucket);
const keyOf = (ticket: Ticket) => storeKey(crypto, ticket.id);

/** Writes a record as somebody could who has the store but no ticket. */
async function forge(ticket: Ticket, change: Partial<Session> = {}, sealWith: Ticket = ticket) {
  const session = { ...ann.session, sessionId: randomUUID(), ...change };
  const sealed = await sealSession(crypto, sealWith, session, Uint8Array.from(randomBytes(12)));
  const { sessionId } = session;
  const record = { state: 'active' as const, sessionId, sealed, expiresAt: ann.session.absoluteExpiry };
  await (await bucket()).put(await keyOf(ticket), record);
  return record;
}
const recordOf = async (session: TestSession) => {
  const record = await (await bucket()).get(await keyOf(ticketOf(session)));
  if (record?.state !== 'active') throw new Error('no record');
  return record;
};

test('the holders are let in, at both replicas', async () => {
  for (const cookie of [ann.cookie, bob.cookie]) {
    expect(await outcome(cookie)).toBe('in');
    expect(await outcome(cookie, { port: replica.port })).toBe('in');
  }
});

describe('the ticket', () => {
  test('refused: no cookie', () => refused(''));
  test('refused: empty ticket', () => refused(named('')));
  test('refused: stolen id without its key', () =>
    refused(named(`${toBase64Url(ticketOf(ann).id)}.${toBase64Url(randomBytes(32))}`)));
  test('refused: stolen id with an empty key', () => refused(named(`${toBase64Url(ticketOf(ann).id)}.`)));
  test('refused: stolen id with a key of zeros', () =>
    refused(named(`${toBase64Url(ticketOf(ann).id)}.${'A'.repeat(43)}`)));
  test('refused: key without its id', () =>
    refused(named(`${toBase64Url(randomBytes(32))}.${toBase64Url(ticketOf(ann).key)}`)));
  test('refused: key swap between two live sessions', async () => {
    await refused(named(formatTicket({ id: ticketOf(ann).id, key: ticketOf(bob).key })));
    await refused(named(formatTicket({ id: ticketOf(bob).id, key: ticketOf(ann).key })));
  });
  test('refused: halves in the other order', () =>
    refused(named(`${toBase64Url(ticketOf(ann).key)}.${toBase64Url(ticketOf(ann).id)}`)));
  test('refused: session id of the log as ticket', () => refused(named(ann.session.sessionId)));
  test('refused: store key as ticket id', async () =>
    refused(named(`${toBase64Url(Buffer.from(await keyOf(ticketOf(ann)), 'hex'))}.${toBase64Url(ticketOf(ann).key)}`)));
  test('refused: one bit of the key flipped', () => {
    const key = Uint8Array.from(ticketOf(ann).key);
    key[31] = (key[31] ?? 0) ^ 1;
    return refused(named(formatTicket({ id: ticketOf(ann).id, key })));
  });
  test('refused: truncated ticket', () => refused(named(secretOf(ann).slice(0, -1))));
  test('refused: ticket with a tail', () => refused(named(`${secretOf(ann)}A`)));
  test('refused: padded base64', () => refused(named(`${secretOf(ann)}=`)));
  test('refused: quoted ticket', () => refused(named(`"${secretOf(ann)}"`)));
  test('refused: percent-encoded ticket', () => refused(named(secretOf(ann).replace('.', '%2e'))));
  test('refused: standard base64 alphabet', () => {
    const ticket = newTicket((n) => randomBytes(n).fill(0xfb));
    expect(fromBase64Url(toBase64Url(ticket.id).replaceAll('-', '+'))).toBeUndefined();
    return refused(named(formatTicket(ticket).replaceAll('-', '+').replaceAll('_', '/')));
  });
  test('refused: ticket with NUL, line break or control characters in it', async () => {
    for (const code of ['\x00', '\x0b', '\x7f']) {
      const text = `GET / HTTP/1.1\r\nHost: ${publicHost}:${world.port}\r\nCookie: ${named(secretOf(ann).slice(0, 50))}${code}${secretOf(ann).slice(50)}\r\nConnection: close\r\n\r\n`;
      expect(await askRaw(world.port, text)).not.toContain('secret');
    }
  });
  test('refused: ticket in the query, the Authorization header or a custom header', async () => {
    const before = upstream;
    const path = `/?${sessionCookieName}=${secretOf(ann)}`;
    const headers = { ...navigation, authorization: `Bearer ${secretOf(ann)}`, 'x-session': secretOf(ann) };
    expect((await ask(world.port, path, { headers })).status).toBe(302);
    expect(upstream).toBe(before);
  });
});

describe('the cookie', () => {
  test('refused: duplicate cookie, equal values', () => refused(`${ann.cookie}; ${ann.cookie}`));
  test('refused: duplicate cookie, a planted one first', () => refused(`${named('planted')}; ${ann.cookie}`));
  test('refused: duplicate cookie, a planted one last', () => refused(`${bob.cookie}; ${ann.cookie}`));
  test('refused: duplicate cookie over two header lines', async () => {
    const line = `Cookie: ${ann.cookie}\r\n`;
    const text = `GET / HTTP/1.1\r\nHost: ${publicHost}:${world.port}\r\n${line}${line}Connection: close\r\n\r\n`;
    const reply = await askRaw(world.port, text);
    expect(reply).toMatch(/^HTTP\/1\.1 400/);
  });
  test('refused: duplicate with white space around the name', () => refused(` ${ann.cookie} ;  ${bob.cookie} `));
  test.each([
    ['no prefix', 'gatehouse-session'],
    ['__Secure- prefix', '__Secure-gatehouse-session'],
    ['lower-case prefix', '__host-gatehouse-session'],
    ['upper-case name', '__Host-GATEHOUSE-SESSION'],
    ['trailing dot', '__Host-gatehouse-session.'],
    ['leading equals', '=__Host-gatehouse-session'],
    ['login cookie of the sign-in host', '__Host-gatehouse-login'],
  ])('refused: prefix trick, %s', (_, name) => refused(`${name}=${secretOf(ann)}`));
  test('refused: cookie of 7 KiB', () => refused(named('A'.repeat(7 * 1024))));
  test('refused: 64 KiB of cookies before the ticket', () => refused(`${'a=b; '.repeat(13_000)}${ann.cookie}`));
  test('refused: app plants a session cookie (fixation)', async () => {
    const { headers } = await ask(world.port, '/plant', { cookie: bob.cookie, headers: navigation });
    expect(JSON.stringify(headers['set-cookie'] ?? [])).not.toContain(secretOf(ann));
  });
  test('refused: app reads the ticket', async () => {
    const { text } = await ask(world.port, '/', { cookie: `theme=dark; ${ann.cookie}`, headers: navigation });
    expect(text).toContain('theme=dark');
    expect(text).not.toContain(secretOf(ann));
  });
});

describe('the place', () => {
  test('refused: ticket of another app', async () => {
    const crm = await world.newSession({ app: 'crm' });
    await refused(crm.cookie);
  });
  test('refused: ticket at a host of another app', () =>
    refused(ann.cookie, { host: `crm.acme.localhost.${suffix}:${world.port}` }));
  test('refused: cookie of another host of the same app', async () => {
    const other = await world.newSession({ host: `api.acme.localhost.${suffix}` });
    await refused(other.cookie);
  });
  test('refused: cookie for a host that only begins alike', async () => {
    for (const host of [
      `${publicHost}.evil.example`,
      publicHost.replace('.localhost.', '.localhosts.'),
      `x${publicHost}`,
    ]) {
      const other = await world.newSession({ host });
      await refused(other.cookie);
    }
  });
  test('refused: ticket at an unknown suffixed host', () =>
    refused(ann.cookie, { host: `evil.example.${suffix}:${world.port}` }));
  test('refused: ticket at the login host', async () => {
    const reply = await ask(world.port, '/', { cookie: ann.cookie, host: `login.${suffix}:${world.port}` });
    expect(reply.text).not.toContain('secret');
  });
  test('refused: session of an app that is switched off', async () => {
    await world.change({ app: { enabled: false } });
    await refused(ann.cookie);
    await world.change({});
  });
  test('refused: cross-origin WebSocket with the victim’s cookie', async () => {
    const before = tunnels;
    const head = `GET /ws HTTP/1.1\r\nHost: ${publicHost}:${world.port}\r\nCookie: ${ann.cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`;
    for (const origin of ['https://evil.example', 'null', `http://crm.acme.localhost.${suffix}:${world.port}`])
      expect(await askRaw(world.port, `${head}Origin: ${origin}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403/);
    expect(tunnels).toBe(before);
  });
  test('refused: WebSocket without a session', async () => {
    const head = `GET /ws HTTP/1.1\r\nHost: ${publicHost}:${world.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
    expect(await askRaw(world.port, head)).toMatch(/^HTTP\/1\.1 401/);
  });
});

describe('the time', () => {
  const past = (ms: number) => new Date(Date.now() - ms).toISOString();
  test('refused: session past its absolute end', async () => {
    const old = await world.newSession({ absoluteExpiry: past(1) });
    await refused(old.cookie);
  });
  test('refused: session with an end that cannot be read', async () => {
    const ticket = newTicket(randomBytes);
    await forge(ticket, { absoluteExpiry: 'tomorrow' as never });
    await refused(named(formatTicket(ticket)));
  });
  test('refused: idle session', async () => {
    const idle = await world.newSession({ idleMinutes: 0 });
    await refused(idle.cookie);
  });
  test('refused: revoked session, at both replicas within 5 s', async () => {
    const gone = await world.newSession();
    expect(await outcome(gone.cookie)).toBe('in');
    expect(await outcome(gone.cookie, { port: replica.port })).toBe('in');
    await gone.revoke();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await refused(gone.cookie);
    await refused(gone.cookie, { port: replica.port });
  });
  test('refused: session revoked before this edge first met it', async () => {
    const gone = await world.newSession();
    await gone.revoke();
    await refused(gone.cookie);
  });
  test('refused: open stream of a revoked session', async () => {
    const gone = await world.newSession();
    const reply = askRaw(
      world.port,
      `GET /endless HTTP/1.1\r\nHost: ${publicHost}:${world.port}\r\nCookie: ${gone.cookie}\r\n\r\n`,
    );
    const found = await world.edge.sessions.find(secretOf(gone), Date.now());
    await until(() => found.type === 'live' && found.live.streams.size > 0);
    await gone.revoke();
    await reply;
    await until(() => found.type === 'live' && found.live.streams.size === 0);
  });
  test('refused: old record put back after a revocation (store rollback), at both replicas', async () => {
    const gone = await world.newSession();
    const record = await recordOf(gone);
    await gone.revoke();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await (await bucket()).put(await keyOf(ticketOf(gone)), record);
    await refused(gone.cookie);
    await refused(gone.cookie, { port: replica.port });
  });
  test('refused: rotated-out id after its grace, at both replicas', async () => {
    const old = await world.newSession();
    expect(await outcome(old.cookie)).toBe('in');
    const record = await recordOf(old);
    await (await bucket()).put(await keyOf(ticketOf(old)), { ...record, graceUntil: past(1) });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await refused(old.cookie);
    await refused(old.cookie, { port: replica.port });
  });
});

describe('the store', () => {
  test('refused: record copied under a key the attacker holds', async () => {
    const mine = newTicket(randomBytes);
    await (await bucket()).put(await keyOf(mine), await recordOf(ann));
    await refused(named(formatTicket(mine)));
  });
  test('refused: record copied under the attacker’s id, shown with the victim’s key', async () => {
    const mine = newTicket(randomBytes);
    await (await bucket()).put(await keyOf(mine), await recordOf(ann));
    await refused(named(formatTicket({ id: mine.id, key: ticketOf(ann).key })));
  });
  test('refused: one byte of a sealed record changed', async () => {
    const victim = await world.newSession();
    const record = await recordOf(victim);
    const bytes = Buffer.from(record.sealed, 'base64url');
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await (await bucket()).put(await keyOf(ticketOf(victim)), { ...record, sealed: bytes.toString('base64url') });
    await refused(victim.cookie);
  });
  test('refused: sealed record cut short', async () => {
    const victim = await world.newSession();
    const record = await recordOf(victim);
    await (await bucket()).put(await keyOf(ticketOf(victim)), { ...record, sealed: record.sealed.slice(0, 12) });
    await refused(victim.cookie);
  });
  test('refused: longer life written beside the seal', async () => {
    const old = await world.newSession({ absoluteExpiry: longAgo() });
    const record = await recordOf(old);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    await (await bucket()).put(await keyOf(ticketOf(old)), { ...record, expiresAt });
    await refused(old.cookie);
  });
  test('refused: record sealed by another ticket', async () => {
    const [mine, other] = [newTicket(randomBytes), newTicket(randomBytes)];
    await forge(mine, { user: 'root@acme.com' }, other);
    await refused(named(formatTicket(mine)));
  });
  test('refused: sealed text that is no session', async () => {
    const ticket = newTicket(randomBytes);
    await forge(ticket, { groups: 'all' as never });
    await refused(named(formatTicket(ticket)));
  });
  test('refused: unsealed record', async () => {
    const ticket = newTicket(randomBytes);
    const record = await recordOf(ann);
    const sealed = Buffer.from(JSON.stringify(ann.session)).toString('base64url');
    await (await bucket()).put(await keyOf(ticket), { ...record, sealed });
    await refused(named(formatTicket(ticket)));
  });
  test('refused: store key guessed from a public session id', async () => {
    const guessed = createHash('sha256').update(ann.session.sessionId).digest();
    await refused(named(`${toBase64Url(guessed)}.${toBase64Url(guessed)}`));
  });
});

describe('the one-time code', () => {
  const redeem = async (target: string) => (await ask(world.port, target, { headers: navigation })).headers;
  test('refused: used, foreign, empty, missing and oversized code', async () => {
    for (const target of ['?code=used', '?code=', '?nothing=1', `?code=${'A'.repeat(6_000)}`])
      expect((await redeem(`/.gatehouse/session${target}`))['set-cookie'], target).toBeUndefined();
  });
  test('refused: code that leads to another site', async () => {
    const returns = ['//evil.example', '/\\evil.example', 'https://evil.example/', 'javascript:alert(1)', ''];
    for (const returnTo of returns) {
      world.redeem.current = async () => ({ type: 'redeemed', ticket: 'the.ticket', returnTo });
      expect((await redeem('/.gatehouse/session?code=good')).location, returnTo).toBe('/');
    }
  });
  test('refused: code that leads on to a host of no app', async () => {
    const next = { host: `evil.example.${suffix}`, code: 'c', pause: false };
    world.redeem.current = async () => ({ type: 'redeemed', ticket: 'the.ticket', returnTo: '/a', next });
    expect((await redeem('/.gatehouse/session?code=good')).location).toBe('/a');
  });
});

test('none of it has cost the holders their sessions', async () => {
  for (const cookie of [ann.cookie, bob.cookie])
    for (const headers of [navigation, script, program]) expect(await outcome(cookie, { headers })).toBe('in');
});

function longAgo(): string {
  return new Date(Date.now() - 1_000).toISOString();
}
