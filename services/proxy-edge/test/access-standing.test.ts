// Access policies once more when the facts of a session change under way (SPEC section 7).
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ask, navigation, script, until } from './client.ts';
import { startWorld, type World } from './world.ts';

const stored = (name: string, activity: object[], message?: string) =>
  storedPolicySchema.parse({
    ...{ id: name, version: 1, createdAt: '', updatedAt: '', updatedBy: '' },
    policy: {
      ...{ kind: 'AccessPolicy', name, activity },
      action: { type: 'block', ...(message ? { message } : {}) },
    },
  });
const policies = [
  stored(
    'Not from the café',
    [{ field: 'ip.address', operator: 'inRange', values: ['203.0.113.0/24'] }],
    'Not from here, {userName}: {reference}',
  ),
  stored('No native apps', [{ field: 'clientApp', operator: 'equals', values: ['mobileDesktop'] }]),
];

let world: World;
let upstream = 0;
beforeAll(async () => {
  world = await startWorld({
    policies,
    settings: { TRUSTED_PROXIES: '127.0.0.0/8' },
    app: (_request, response) => {
      upstream += 1;
      response.writeHead(200, { 'content-type': 'text/html' }).end('<p>in</p>');
    },
  });
});
afterAll(() => world.stop());
beforeEach(() => {
  upstream = 0;
  world.asked.length = 0;
});

const from = (cookie: string, ip: string, headers: Readonly<Record<string, string>> = navigation) =>
  ask(world.port, '/', { cookie, headers: { ...headers, 'x-forwarded-for': ip } });
const signedIn = (ip = '10.1.0.5') => world.newSession({ signedInFrom: ip });

test('from where the sign-in was, nobody is asked', async () => {
  const { cookie } = await signedIn();
  for (const _ of [1, 2, 3]) expect((await from(cookie, '10.1.0.5')).status).toBe(200);
  expect(world.asked).toHaveLength(0);
});

test('another address is judged once, for however many requests', async () => {
  const { cookie } = await signedIn();
  await from(cookie, '10.1.0.5');
  await Promise.all(Array.from({ length: 8 }, () => from(cookie, '198.51.100.7')));
  expect((await from(cookie, '198.51.100.7')).status).toBe(200);
  expect(world.asked.map(({ action, context }) => [action.name, context.ip])).toEqual([['login', '198.51.100.7']]);
});

test('a blocked address gets the page with the policy’s message, and the session is held, not lost', async () => {
  const { cookie, session } = await signedIn();
  const page = await from(cookie, '203.0.113.9');
  expect([page.status, upstream]).toEqual([403, 0]);
  const reference = /GH-[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(page.text)?.[0];
  expect(page.text).toContain(`Not from here, Ann: ${reference}`);
  const row = await until(() => world.activities.find((each) => each.referenceId === reference));
  expect(row).toMatchObject({ appliedAction: 'block', reason: 'POLICY', sessionId: session.sessionId });
  expect(row.trace.some(({ outcome }) => outcome === 'matched')).toBe(true);
  const problem = await from(cookie, '203.0.113.9', { ...script, accept: 'application/json' });
  expect([problem.status, JSON.parse(problem.text).reference]).toEqual([403, reference]);
  expect((await from(cookie, '10.1.0.5')).status).toBe(200);
});

test('a session first met at a foreign address is judged before its first request', async () => {
  const { cookie } = await signedIn('10.1.0.5');
  expect((await from(cookie, '203.0.113.77')).status).toBe(403);
  expect(upstream).toBe(0);
});

test('a session that does not say where it began is judged', async () => {
  const { cookie } = await world.newSession({ signedInFrom: undefined });
  expect((await from(cookie, '203.0.113.5')).status).toBe(403);
});

test('another user agent alone is never a failure; another kind of client is a matter of policy', async () => {
  const { cookie } = await signedIn();
  await from(cookie, '10.1.0.5');
  const updated = navigation['user-agent'].replace('156', '157');
  expect((await from(cookie, '10.1.0.5', { ...navigation, 'user-agent': updated })).status).toBe(200);
  expect(world.asked).toHaveLength(0);
  const native = { ...navigation, 'user-agent': 'Box/2.33.1 (Windows 10)' };
  const page = await from(cookie, '10.1.0.5', native);
  expect([page.status, page.text]).toEqual([
    403,
    expect.stringContaining('You must use a web browser to access this app'),
  ]);
});

test('without anybody to decide, a changed address follows the default behaviour', async () => {
  const { cookie } = await signedIn();
  await from(cookie, '10.1.0.5');
  await world.stopPdp();
  const page = await from(cookie, '198.51.100.8');
  expect([page.status, upstream]).toEqual([403, 1]);
  await until(() => world.activities.find(({ reason }) => reason === 'DEFAULT_UNREACHABLE'));
  await world.startPdp();
});
