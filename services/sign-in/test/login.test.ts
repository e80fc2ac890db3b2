import { sessionsBucket } from '@gatehouse/contracts/session';
import { sessionList, sessionRedeem, sessionRevoke, sessionTouch } from '@gatehouse/contracts/session-control';
import { openSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { parseTicket } from '@gatehouse/session/ticket';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser, loginOrigin, type Step } from './browser.ts';
import { accessPolicy, startWorld, until, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.stop());
beforeEach(async () => {
  world.pdp.policies = [];
  world.pdp.answer = 'core';
  await world.publish();
});

const filesHost = 'files.acme.localhost.gatehouse.localhost';
const startUrl = (host = `${filesHost}:8080`, returnTo = '/a/b?x=1') =>
  `${loginOrigin}/start?${new URLSearchParams({ app_host: host, return: returnTo })}`;

async function toNotice(browser: Browser, login: string, device = 'unmanaged', url = startUrl()): Promise<Step> {
  const form = await browser.open(url);
  expect(form.html).toContain('name="password"');
  return browser.submit(form, { login, password: 'demo', device });
}
const codeOf = (step: Step) => new URL(step.url).searchParams.get('code') ?? '';
const redeem = (code: string, host = filesHost) => world.messaging.request(sessionRedeem, { code, host });
const sessionsOf = async (user: string) => (await world.messaging.request(sessionList, { user })).sessions;
const recorded = (find: (activity: World['activities'][number]) => boolean) => until(() => world.activities.find(find));

test('a login ends in a sealed session, and its code works once', async () => {
  const browser = new Browser(world.port);
  const notice = await toNotice(browser, 'mia@acme.example', 'compliant');
  expect(notice.status).toBe(200);
  expect(notice.html).toContain('Your access to Files &amp; &lt;b&gt;more&lt;/b&gt; is monitored');
  expect(await sessionsOf('mia@acme.example')).toEqual([]);
  const landing = await browser.submit(notice);
  expect(landing.url).toMatch(
    /^http:\/\/files\.acme\.localhost\.gatehouse\.localhost:8080\/\.gatehouse\/session\?code=[\w-]{43}$/,
  );
  const answer = await redeem(codeOf(landing), `${filesHost}:8080`);
  if (answer.type !== 'redeemed') throw new Error('refused');
  expect(answer.returnTo).toBe('/a/b?x=1');
  expect(await redeem(codeOf(landing))).toEqual({ type: 'refused' });
  const ticket = parseTicket(answer.ticket)!;
  const crypto = sealCryptoOf(globalThis.crypto.subtle);
  const record = await (await world.messaging.bucket(sessionsBucket)).get(await storeKey(crypto, ticket.id));
  const session = record?.state === 'active' ? await openSession(crypto, ticket, record.sealed) : undefined;
  expect(session).toMatchObject({
    user: 'mia@acme.example',
    app: 'files',
    groups: ['Marketing'],
    deviceTags: ['compliant'],
  });
  const login = await recorded((each) => each.sessionId === session?.sessionId);
  expect(login).toMatchObject({ activityType: 'login', appliedAction: 'allow', ip: '203.0.113.9', path: '/a/b' });
  const listed = async (filter: object) =>
    (await world.messaging.request(sessionList, filter)).sessions.map((each) => each.sessionId);
  expect(await sessionsOf('MIA@acme.example')).toMatchObject([{ identityProvider: 'demo', deviceTags: ['compliant'] }]);
  expect(await listed({ app: 'files', deviceTag: 'compliant' })).toContain(session?.sessionId);
  for (const filter of [{ deviceTag: 'domainJoined' }, { deviceTag: 'none' }, { app: 'crm' }])
    expect(await listed(filter)).not.toContain(session?.sessionId);
});

test('the notice is confirmed once', async () => {
  const browser = new Browser(world.port);
  const notice = await toNotice(browser, 'mia@acme.example');
  const cookies = new Map(browser.cookies.get('login.gatehouse.localhost'));
  expect((await browser.submit(notice)).status).toBe(0);
  browser.cookies.set('login.gatehouse.localhost', cookies);
  expect((await browser.submit(notice)).status).toBe(403);
});

test('without notice the login goes straight on', async () => {
  await world.publish({ settings: { monitoredNotice: { enabled: false } } });
  await until(() => (world.signIn.catalogue.current()?.settings.monitoredNotice.enabled ? undefined : true));
  const landing = await toNotice(new Browser(world.port), 'mia@acme.example');
  expect((await redeem(codeOf(landing))).type).toBe('redeemed');
  await world.publish();
  await until(() => world.signIn.catalogue.current()?.settings.monitoredNotice.enabled || undefined);
});

test('a browser gets pages that keep the fragment', async () => {
  const browser = new Browser(world.port, { 'sec-fetch-dest': 'document' });
  const page = await browser.open(startUrl());
  expect(page.html).toMatch(
    /<script src="\/assets\/carry.js" data-to="http:\/\/idp[^"]+" data-keep="gatehouse-hash-[^"]+">/,
  );
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
});

test('of many who redeem one code at once, one succeeds', async () => {
  const browser = new Browser(world.port);
  const code = codeOf(await browser.submit(await toNotice(browser, 'mia@acme.example')));
  const answers = await Promise.all(Array.from({ length: 12 }, () => redeem(code)));
  expect(answers.filter((answer) => answer.type === 'redeemed')).toHaveLength(1);
});

test('a code shown at another host is used up', async () => {
  const browser = new Browser(world.port);
  const landing = await browser.submit(await toNotice(browser, 'mia@acme.example'));
  expect(await redeem(codeOf(landing), 'crm.acme.localhost.gatehouse.localhost')).toEqual({ type: 'refused' });
  expect(await redeem(codeOf(landing))).toEqual({ type: 'refused' });
});

const unmanaged = accessPolicy(
  'Block unmanaged devices',
  [
    { field: 'app', operator: 'equals', values: ['files'] },
    { field: 'device.tags', operator: 'doesNotEqual', values: ['compliant', 'domainJoined', 'validClientCertificate'] },
  ],
  { type: 'block', message: 'Use a managed device for {appName}. {reference}' },
);

test('a blocked login gets no session', async () => {
  world.pdp.policies = [unmanaged];
  const browser = new Browser(world.port, { 'accept-language': 'de' });
  const before = (await sessionsOf('max@acme.example')).length;
  const page = await toNotice(browser, 'max@acme.example');
  expect(page.status).toBe(403);
  expect(page.html).toContain('Zugriff eingeschränkt');
  const reference = /GH-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(page.html)?.[0];
  expect(page.html).toContain(`Use a managed device for Files &amp; &lt;b&gt;more&lt;/b&gt;. ${reference}`);
  expect((await sessionsOf('max@acme.example')).length).toBe(before);
  const activity = await recorded((each) => each.referenceId === reference);
  expect(activity).toMatchObject({ appliedAction: 'block', reason: 'POLICY', user: 'max@acme.example' });
  expect(activity.trace[0]?.rows.find((row) => row.field === 'device.tags')?.result).toBeDefined();
  expect((await toNotice(new Browser(world.port), 'max@acme.example', 'domainJoined')).status).toBe(200);
});

test('a policy made while the notice is open still counts', async () => {
  const browser = new Browser(world.port);
  const notice = await toNotice(browser, 'mia@acme.example');
  world.pdp.policies = [unmanaged];
  expect((await browser.submit(notice)).status).toBe(403);
});

test('a native client is told to use a browser before it signs in', async () => {
  world.pdp.policies = [
    accessPolicy('No apps', [{ field: 'clientApp', operator: 'equals', values: ['mobileDesktop'] }]),
  ];
  const native = new Browser(world.port, { 'user-agent': 'Box/2.33.1 (Windows 10)' });
  const page = await native.open(startUrl());
  expect(page.status).toBe(403);
  expect(page.html).toContain('You must use a web browser to access this app');
  expect(native.requested).toHaveLength(1);
  expect((await toNotice(new Browser(world.port), 'mia@acme.example')).status).toBe(200);
});

test('an early block needs a policy that hits whoever it is', async () => {
  world.pdp.policies = [
    accessPolicy('Sales not from apps', [
      { field: 'clientApp', operator: 'equals', values: ['mobileDesktop'] },
      { field: 'user.group', operator: 'doesNotEqual', values: ['Marketing'] },
    ]),
  ];
  const native = new Browser(world.port, { 'user-agent': 'Box/2.33.1 (Windows 10)' });
  expect((await toNotice(native, 'mia@acme.example')).status).toBe(200);
});

test('an answer to another question blocks', async () => {
  world.pdp.answer = 'broken';
  const page = await toNotice(new Browser(world.port), 'mia@acme.example');
  expect(page.status).toBe(403);
  await recorded((each) => each.reason === 'DEFAULT_BROKEN' && each.appliedAction === 'defaultBlock');
});

test('unassigned users go to the real app or are refused', async () => {
  const direct = await toNotice(new Browser(world.port), 'sam@acme.example');
  expect(direct.url).toBe('http://files.acme.localhost:9101/a/b?x=1');
  await recorded((each) => each.appliedAction === 'redirectDirect' && each.reason === 'NOT_ASSIGNED');
  const crm = startUrl('crm.acme.localhost.gatehouse.localhost');
  expect((await toNotice(new Browser(world.port), 'sam@acme.example', 'compliant', crm)).status).toBe(403);
});

test('a bypassed user reaches the real app past policies until the bypass ends', async () => {
  world.pdp.policies = [accessPolicy('Nobody', [{ field: 'app', operator: 'equals', values: ['files'] }])];
  const bypass = (left: number) => ({
    bypasses: [
      {
        ...{ id: 'b', app: 'files', users: ['Mia@acme.example', 'sam@acme.example'], reason: 'upload is broken' },
        expiresAt: new Date(Date.now() + left).toISOString(),
      },
    ],
  });
  await world.publish(bypass(60_000));
  await until(() => world.signIn.catalogue.current()?.bypasses.length || undefined);
  const direct = await toNotice(new Browser(world.port), 'mia@acme.example');
  expect(direct.url).toBe('http://files.acme.localhost:9101/a/b?x=1');
  const row = await recorded((each) => each.appliedAction === 'bypass' && each.reason === 'BYPASS');
  expect(row).toMatchObject({ user: 'mia@acme.example', cause: expect.stringContaining('upload is broken') });
  // Sam is not assigned: for him a bypass changes nothing, and the log says so.
  await toNotice(new Browser(world.port), 'sam@acme.example');
  await recorded((each) => each.user === 'sam@acme.example' && each.reason === 'NOT_ASSIGNED');
  await world.publish(bypass(-1_000));
  await until(() => {
    const [found] = world.signIn.catalogue.current()?.bypasses ?? [];
    return found && Date.parse(found.expiresAt) < Date.now() ? true : undefined;
  });
  expect((await toNotice(new Browser(world.port), 'mia@acme.example')).status).toBe(403);
});

test.each(['//evil.example', '/\\evil.example', 'http://evil.example/', '/.gatehouse/session?code=x'])(
  'foreign return address: %s',
  async (target) => {
    const page = await new Browser(world.port).open(startUrl(filesHost, target));
    expect(page.status).toBe(403);
    expect(page.html).not.toContain('evil.example');
  },
);

test('an unknown app host is not found', async () => {
  expect((await new Browser(world.port).open(startUrl('evil.example'))).status).toBe(404);
});

test('a request not for the login host is not answered', async () => {
  const browser = new Browser(world.port, { 'x-forwarded-host': 'evil.example' });
  expect((await browser.open(startUrl())).status).toBe(421);
});

test('login CSRF: a callback of another browser is refused and harms nobody', async () => {
  const attacker = new Browser(world.port);
  await toNotice(attacker, 'mia@acme.example');
  const callback = attacker.requested.find((url) => url.includes('/callback/'))!;
  const victim = new Browser(world.port);
  expect((await victim.open(callback)).status).toBe(403);
  expect([...victim.cookies.values()].flatMap((jar) => [...jar.keys()])).toEqual([]);
});

test('a callback works once, and a changed state never', async () => {
  const browser = new Browser(world.port);
  const jar = () => browser.cookies.get('login.gatehouse.localhost')!;
  const form = await browser.open(startUrl());
  const flowCookies = new Map(jar());
  await browser.submit(form, { login: 'mia@acme.example', password: 'demo', device: 'compliant' });
  const callback = browser.requested.find((url) => url.includes('/callback/'))!;
  browser.cookies.set('login.gatehouse.localhost', flowCookies);
  expect((await browser.open(callback)).status).toBe(403);
  await browser.open(startUrl());
  const changed = new URL(callback);
  changed.searchParams.set('state', `${changed.searchParams.get('state')}x`);
  expect((await browser.open(changed.href)).status).toBe(403);
});

test('a revoked session leaves a tombstone', async () => {
  const browser = new Browser(world.port);
  const landing = await browser.submit(await toNotice(browser, 'mia@acme.example'));
  const answer = await redeem(codeOf(landing));
  if (answer.type !== 'redeemed') throw new Error('refused');
  const { sessionId } = (await sessionsOf('mia@acme.example'))[0]!;
  const at = new Date(Date.now() + 3_600_000).toISOString();
  expect(await world.messaging.request(sessionTouch, { seen: [{ sessionId, at }] })).toEqual({ updated: 1 });
  expect(await world.messaging.request(sessionRevoke, { sessionId, by: 'ada' })).toEqual({ revoked: 1 });
  const key = await storeKey(sealCryptoOf(globalThis.crypto.subtle), parseTicket(answer.ticket)!.id);
  expect(await (await world.messaging.bucket(sessionsBucket)).get(key)).toMatchObject({ state: 'revoked', sessionId });
  expect((await sessionsOf('mia@acme.example')).map((each) => each.sessionId)).not.toContain(sessionId);
  expect(await world.messaging.request(sessionRevoke, { sessionId, by: 'ada' })).toEqual({ revoked: 0 });
  expect(await world.messaging.request(sessionRevoke, { by: 'ada' })).toEqual({ revoked: 0 });
});

test('the sweep ends what has expired', async () => {
  const later = Date.now() + 30 * 24 * 3_600_000;
  expect(await world.signIn.sessions.sweep(Date.now())).toBe(0);
  expect(await world.signIn.sessions.sweep(later)).toBeGreaterThan(0);
  expect(await sessionsOf('mia@acme.example')).toEqual([]);
});
