// Who is proxied while sessions are open, and where the border of an app lies.
import { discoveredDomainsBucket } from '@gatehouse/contracts/catalogue';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cutRefused } from '../src/routed-away.ts';
import { ask, navigation, script, until } from './client.ts';
import { publicHost, realHost, startWorld, type TestSession, type World } from './world.ts';

let world: World;
let ann: TestSession;
let location = '';

beforeAll(async () => {
  world = await startWorld({
    policies: [],
    app: (request, response) => {
      if (request.url === '/away') return response.writeHead(302, { location }).end();
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><head></head><body>page</body></html>');
    },
  });
  ann = await world.newSession();
});
afterAll(() => world.stop());
beforeEach(() => world.change({}));

const open = (path: string, headers: Readonly<Record<string, string>> = navigation, options: object = {}) =>
  ask(world.port, path, { cookie: ann.cookie, headers, ...options });
const recorded = (reason: string, action: string) =>
  until(() => world.activities.findLast((each) => each.reason === reason && each.appliedAction === action));
const bypass = (left: number) => ({
  bypasses: [
    {
      ...{ id: 'b', app: 'files', users: ['ANN@acme.com'], reason: 'upload is broken' },
      expiresAt: new Date(Date.now() + left).toISOString(),
    },
  ],
});

describe('routing of open sessions', () => {
  test('a bypassed user leaves for the same place in the real app, until it ends by itself', async () => {
    await world.change({ rules: bypass(2_000) });
    const away = await open('/a/b?x=1');
    expect([away.status, away.headers.location]).toEqual([302, `http://${realHost}:${world.app.port}/a/b?x=1`]);
    expect(await recorded('BYPASS', 'bypass')).toMatchObject({
      path: '/a/b',
      cause: expect.stringContaining('broken'),
    });
    // What an open page still fetches stays under its policies.
    expect((await open('/api', script)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 3_100));
    expect((await open('/a/b?x=1')).status).toBe(200);
  });

  test('a bypass is for the users it lists', async () => {
    await world.change({ rules: bypass(60_000) });
    const bob = await world.newSession({ user: 'bob@acme.com' });
    expect((await ask(world.port, '/a', { cookie: bob.cookie })).status).toBe(200);
  });

  test('who is no longer assigned goes to the real app, or is refused with a reference', async () => {
    await world.change({ rules: { assignments: [] } });
    expect((await open('/a')).headers.location).toBe(`http://${realHost}:${world.app.port}/a`);
    await recorded('NOT_ASSIGNED', 'redirectDirect');
    await world.change({ app: { unassignedUsers: 'refuse' }, rules: { assignments: [] } });
    const page = await open('/a');
    expect([page.status, page.text]).toEqual([403, expect.stringMatching(/no longer assigned[\s\S]*GH-\w{4}-\w{4}/)]);
    expect((await open('/api', script)).status).toBe(403);
    const row = await recorded('NOT_ASSIGNED', 'block');
    expect(row.user).toBe('ann@acme.com');
  });

  test('refusing cuts what is under way', async () => {
    await open('/a');
    const found = await world.edge.sessions.find(ann.cookie.split('=')[1] ?? '', Date.now());
    if (found.type !== 'live') throw new Error('no session');
    let cut = 0;
    found.live.tunnels.add({ destroy: () => (cut += 1) });
    cutRefused(world.edge, Date.now());
    expect(cut).toBe(0);
    await world.change({ app: { unassignedUsers: 'refuse' }, rules: { assignments: [] } });
    cutRefused(world.edge, Date.now());
    expect(cut).toBe(1);
    found.live.tunnels.clear();
  });
});

describe('hosts outside the domain list', () => {
  const discovered = async (host: string) =>
    (await world.messaging.bucket(discoveredDomainsBucket)).get(`files.${host}`);
  const seen = async (host: string) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const value = await discovered(host);
      if (value) return value;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`${host} was not noted`);
  };

  test('enforce stops a sister host and a signed link to storage, and lets other links go', async () => {
    location = 'http://cdn.acme.localhost/f.zip';
    const page = await open('/away');
    expect(page.status).toBe(403);
    expect(page.text).toContain('cdn.acme.localhost');
    expect(page.headers.location).toBeUndefined();
    expect(await recorded('UNKNOWN_DOMAIN', 'block')).toMatchObject({ object: { name: 'cdn.acme.localhost' } });
    expect(await seen('cdn.acme.localhost')).toMatchObject({ app: 'files', by: 'redirect', stopped: true });
    location = 'https://b.s3.amazonaws.com/f?X-Amz-Signature=00';
    expect((await open('/away', script)).status).toBe(403);
    location = 'https://news.example.org/';
    expect((await open('/away')).headers.location).toBe(location);
    expect(await seen('news.example.org')).toMatchObject({ stopped: false });
  });

  test('monitor lets go and notes; block of the app beats the setting', async () => {
    await world.change({ settings: { unknownDomainMode: 'monitor' } });
    location = 'http://dl.acme.localhost/f.zip';
    expect((await open('/away')).status).toBe(302);
    await seen('dl.acme.localhost');
    await world.change({ app: { unknownDomainMode: 'block' }, settings: { unknownDomainMode: 'monitor' } });
    location = 'https://docs.example.org/';
    expect((await open('/away')).status).toBe(403);
  });

  test('the identity provider is never a foreign host', async () => {
    const provider = { id: 'p', name: 'P', issuer: 'https://idp.example.org', clientId: 'g', clientSecretRef: 's' };
    await world.change({ app: { unknownDomainMode: 'block' }, rules: { identityProviders: [provider] } });
    location = 'https://idp.example.org/authorize?x=1';
    expect((await open('/away')).headers.location).toBe(location);
  });

  test('block holds the border in the browser, the others ask one page a minute', async () => {
    await world.change({ app: { unknownDomainMode: 'block' } });
    for (const _ of [1, 2])
      expect((await open('/a')).headers['content-security-policy']).toContain('report-uri /.gatehouse/boundary');
    await world.change({});
    world.edge.discovered.sample('files', Date.now());
    const page = await open('/a');
    expect(page.headers['content-security-policy']).toBeUndefined();
    expect(page.headers['content-security-policy-report-only']).toBeUndefined();
  });

  test('a report needs a session, fills the list, and is never believed further', async () => {
    const body = JSON.stringify({ 'csp-report': { 'blocked-uri': 'https://tracker.example.net/a.js' } });
    const post = (cookie: string, text = body) =>
      ask(world.port, '/.gatehouse/boundary', { method: 'POST', cookie, headers: script, body: text });
    expect((await post('')).status).toBe(401);
    expect((await post(ann.cookie)).status).toBe(204);
    expect(await seen('tracker.example.net')).toMatchObject({ by: 'report', stopped: false });
    expect((await post(ann.cookie, 'x'.repeat(20_000))).status).toBe(413);
    expect((await ask(world.port, '/', { cookie: ann.cookie, host: `tracker.example.net.${publicHost}` })).status).toBe(
      404,
    );
  });
});
