// Open redirects: more than 500 payloads in each of four places. Nothing leads off the list of our own and the apps' hosts.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newFetch } from '../src/loopback-fetch.ts';
import { loginOrigin } from './browser.ts';
import { startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.stop());

const evil = [
  'evil.example',
  'evil.example:443',
  'files.acme.localhost.evil.example',
  'gatehouse.localhost.evil.example',
];
const looksLike = [
  'evilgatehouse.localhost',
  'files.acme.localhost.gatehouse.localhost.evil.example',
  'login.gatehouse.localhost@evil.example',
  'login.gatehouse.localhost:8080@evil.example',
  'files.acme.localhost%00.evil.example',
  'files.acme.localhost%2f.evil.example',
  'files.acme.localhost\\@evil.example',
  'evil.example#files.acme.localhost',
  'evil.example?files.acme.localhost',
  'evil.example%23.files.acme.localhost',
  'evil。example',
  '2130706433',
  '0x7f.1',
  '[::ffff:127.0.0.1]',
];
const hosts = [...evil, ...looksLike];
const prefixes = [
  ...[
    '//',
    '///',
    '////',
    '/\\',
    '\\\\',
    '\\/',
    '/\\/',
    '/%09/',
    '/\t/',
    '/\n/',
    '\t//',
    ' //',
    '%2f%2f',
    '/%2f',
    '/%5c',
  ],
  ...['https://', 'http://', 'HTTPS://', 'https:', 'https:/', 'https:\\\\', 'http:///', 'ftp://', 'ws://', 'file://'],
  ...['//x@', 'https://files.acme.localhost:9101@', 'https://files.acme.localhost\\@', '/.//', '/..//', '/;//', '.'],
];
const schemes = [
  'javascript:alert(1)//',
  'data:text/html,',
  'vbscript:x',
  'blob:https://evil.example/x',
  'javascript://%0aalert(1)//',
];
const payloads = [
  ...hosts.flatMap((host) => prefixes.flatMap((prefix) => [`${prefix}${host}`, `${prefix}${host}/auth/callback`])),
  ...schemes.flatMap((scheme) => hosts.map((host) => `${scheme}${host}`)),
];

const send = newFetch(true);
const ownHosts =
  /^(?:login|idp)\.gatehouse\.localhost$|^(?:files|crm|docs)\.acme\.localhost(?:\.gatehouse\.localhost)?$/;

/** One request as the edge passes it on; never followed. */
function ask(path: string, form?: Record<string, string>): Promise<Response> {
  return send(`http://127.0.0.1:${world.port}${path}`, {
    method: form ? 'POST' : 'GET',
    headers: {
      'x-forwarded-proto': 'http',
      'x-forwarded-host': new URL(loginOrigin).host,
      'x-forwarded-for': '203.0.113.9',
    },
    ...(form ? { body: new URLSearchParams(form) } : {}),
  });
}

/** Every address the answer sends a browser to: Location, Refresh, forms, links and the script's target. */
async function targetsOf(answer: Response): Promise<string[]> {
  const html = await answer.text();
  const found = [...html.matchAll(/(?:action|href|data-to|src)="([^"]*)"|url=([^"]*)"/g)].map(
    (m) => m[1] ?? m[2] ?? '',
  );
  const headers = [answer.headers.get('location'), answer.headers.get('refresh')?.replace(/^.*url=/i, '')];
  return [...found, ...headers.filter((one) => typeof one === 'string')].map((one) => one.replaceAll('&amp;', '&'));
}

function offList(target: string): boolean {
  if (!URL.canParse(target, loginOrigin)) return true;
  const url = new URL(target, loginOrigin);
  if (url.protocol === 'mailto:') return false;
  return !/^https?:$/.test(url.protocol) || !ownHosts.test(url.hostname) || url.username !== '' || url.password !== '';
}

const query = (values: Record<string, string>) => new URLSearchParams(values).toString();
const host = 'files.acme.localhost.gatehouse.localhost:8080';
const sinks: Record<string, (payload: string) => Promise<Response>> = {
  'return URL': (payload) => ask(`/start?${query({ app_host: host, return: payload })}`),
  RelayState: (payload) => ask('/saml/acs', { SAMLResponse: 'PGEvPg==', RelayState: payload }),
  'post-logout': (payload) => ask(`/oidc/logout?${query({ client_id: 'files', post_logout_redirect_uri: payload })}`),
  Location: (payload) =>
    ask(
      `/oidc/authorize?${query({ client_id: 'files', redirect_uri: payload, response_type: 'code', scope: 'openid', prompt: 'none' })}`,
    ),
};

test('there are at least 500 payloads, all different', () => {
  expect(new Set(payloads).size).toBeGreaterThanOrEqual(500);
});

test('an honest return address does lead on, so the counting sees redirects', async () => {
  const answer = await (sinks['return URL'] ?? ask)('/a/b?x=1');
  expect((await targetsOf(answer)).some((target) => target.startsWith('http://idp.gatehouse.localhost'))).toBe(true);
  expect(offList('https://evil.example/')).toBe(true);
});

describe.each(Object.entries(sinks))('refused: %s', (_, sink) => {
  test.each([...new Set(payloads)])('refused: %j', async (payload) => {
    const answer = await sink(payload);
    expect((await targetsOf(answer)).filter(offList)).toEqual([]);
    expect(answer.status).toBeLessThan(500);
  });
});
