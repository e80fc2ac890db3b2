// New tickets for old ones under way, and tickets that are good at one host.
import { type Session, sessionsBucket } from '@gatehouse/contracts/session';
import { sessionRotate } from '@gatehouse/contracts/session-control';
import { sessionCookieName } from '@gatehouse/session/ticket';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, navigation, script, until } from './client.ts';
import { publicHost, startWorld, suffix, type World } from './world.ts';

let world: World;
const asked: { oldKey: string; newKey: string }[] = [];
let answer: 'rotate' | 'refuse' = 'rotate';
let graceMs = 60_000;

beforeAll(async () => {
  world = await startWorld({
    policies: [],
    app: (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'theme=dark; Path=/' }).end('<p>in</p>'),
  });
  const bucket = await world.messaging.bucket(sessionsBucket);
  world.messaging.serve(sessionRotate, async ({ oldKey, newKey, sealed, sessionId }) => {
    asked.push({ oldKey, newKey });
    const before = await bucket.get(oldKey);
    if (answer === 'refuse' || before?.state !== 'active') return { rotated: false };
    await bucket.put(newKey, { ...before, sealed, sessionId });
    await bucket.put(oldKey, { ...before, graceUntil: new Date(Date.now() + graceMs).toISOString() });
    return { rotated: true };
  });
});
afterAll(() => world.stop());
beforeEach(() => {
  asked.length = 0;
  answer = 'rotate';
  graceMs = 60_000;
});

const aged = (change: Partial<Session> = {}) =>
  world.newSession({ ticketIssuedAt: new Date(Date.now() - 16 * 60_000).toISOString(), ...change });
const open = (cookie: string) => ask(world.port, '/', { cookie, headers: navigation });
const cookieIn = (headers: { 'set-cookie'?: string[] | undefined }) =>
  headers['set-cookie']?.find((line) => line.startsWith(sessionCookieName));

test('a young ticket stays, an old one is renewed beside the app’s own cookies', async () => {
  const young = await world.newSession();
  expect(cookieIn((await open(young.cookie)).headers)).toBeUndefined();
  const old = await aged();
  const { headers } = await open(old.cookie);
  expect(headers['set-cookie']).toContain('theme=dark; Path=/');
  const line = cookieIn(headers) ?? '';
  expect(line).toMatch(/^__Host-gatehouse-session=[\w.-]{87}; Path=\/; Secure; HttpOnly; SameSite=Lax$/);
  const fresh = line.split(';')[0] ?? '';
  expect(fresh).not.toBe(old.cookie);
  // The old ticket opens through its grace and is not rotated again.
  for (const cookie of [fresh, old.cookie, fresh]) expect(cookieIn((await open(cookie)).headers)).toBeUndefined();
  expect(asked).toHaveLength(1);
});

test('requests that come together ask once, and one of them carries the cookie', async () => {
  const old = await aged();
  const replies = await Promise.all(Array.from({ length: 10 }, () => open(old.cookie)));
  expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(replies.filter(({ headers }) => cookieIn(headers))).toHaveLength(1);
  expect(asked).toHaveLength(1);
});

test('a refused rotation leaves the session as it is', async () => {
  answer = 'refuse';
  const old = await aged();
  for (const _ of [1, 2]) expect((await open(old.cookie)).status).toBe(200);
  expect(asked).toHaveLength(1);
});

test('after its grace the old ticket is dead, what it opened lives on, and revocation ends that too', async () => {
  graceMs = 300;
  const old = await aged();
  const found = await world.edge.sessions.find(old.cookie.split('=')[1] ?? '', Date.now());
  if (found.type !== 'live') throw new Error('no session');
  let cut = 0;
  found.live.tunnels.add({ destroy: () => (cut += 1) });
  const fresh = cookieIn((await open(old.cookie)).headers)?.split(';')[0] ?? '';
  expect((await open(fresh)).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect((await open(old.cookie)).status).toBe(302);
  expect([(await open(fresh)).status, cut]).toEqual([200, 0]);
  const bucket = await world.messaging.bucket(sessionsBucket);
  const { sessionId } = old.session;
  await bucket.put(asked[0]!.newKey, { state: 'revoked', sessionId, revokedAt: new Date().toISOString() });
  await until(() => cut > 0);
  expect((await open(fresh)).status).toBe(302);
});

test('a ticket of one host opens no other host of the app', async () => {
  const here = await world.newSession({ host: publicHost });
  expect((await open(here.cookie)).status).toBe(200);
  const elsewhere = await world.newSession({ host: `api.acme.localhost.${suffix}` });
  expect((await open(elsewhere.cookie)).status).toBe(302);
});

test('codes lead through the hosts of an app, and never to another app', async () => {
  await world.change({
    app: {
      domains: [
        { host: 'files.acme.localhost', scheme: 'http', port: world.app.port },
        { host: 'api.acme.localhost', scheme: 'http', port: world.app.port },
      ],
    },
  });
  let next = { host: `api.acme.localhost.${suffix}`, code: 'second', pause: false };
  world.redeem.current = async () => ({ type: 'redeemed', ticket: 'the.ticket', returnTo: '/a?x=1', next });
  const step = () => ask(world.port, '/.gatehouse/session?code=first');
  const onwards = `http://api.acme.localhost.${suffix}:${world.port}/.gatehouse/session?code=second`;
  expect((await step()).headers.location).toBe(onwards);
  next = { ...next, pause: true };
  const page = await step();
  expect([page.status, page.text]).toEqual([200, expect.stringContaining(onwards)]);
  expect(cookieIn(page.headers)).toContain('the.ticket');
  next = { ...next, host: `crm.acme.localhost.${suffix}` };
  expect((await step()).headers.location).toBe('/a?x=1');
});

test('a revoked session takes its ticket and the app’s storage out of the browser, no other app’s cookies', async () => {
  const gone = await world.newSession();
  await open(gone.cookie);
  await gone.revoke();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { status, headers } = await open(gone.cookie);
  expect([status, headers['clear-site-data']]).toEqual([302, '"cache", "storage"']);
  expect(cookieIn(headers)).toContain('Max-Age=0');
  expect((await open('')).headers['clear-site-data']).toBeUndefined();
});

test('a page of the same app may read that a host needs a sign-in, others may not', async () => {
  const from = async (origin: string) =>
    (await ask(world.port, '/api', { headers: { ...script, origin }, host: `${publicHost}:${world.port}` })).headers;
  const sister = `http://api.acme.localhost.${suffix}:${world.port}`;
  const domain = (host: string) => ({ host, scheme: 'http', port: world.app.port });
  await world.change({ app: { domains: [domain('files.acme.localhost'), domain('api.acme.localhost')] } });
  expect(await from(sister)).toMatchObject({
    'gatehouse-login': 'required',
    'access-control-allow-origin': sister,
    'access-control-expose-headers': 'gatehouse-login',
  });
  for (const origin of [`http://crm.acme.localhost.${suffix}:${world.port}`, sister.replace('http', 'https'), 'null'])
    expect((await from(origin))['access-control-allow-origin'], origin).toBeUndefined();
});
