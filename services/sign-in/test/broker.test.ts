import { createHash, randomBytes } from 'node:crypto';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Browser, loginOrigin, type Step } from './browser.ts';
import { accessPolicy, clientSecret, realCallback, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.stop());
beforeEach(() => {
  world.pdp.policies = [];
});

const suffixedCallback = 'http://files.acme.localhost.gatehouse.localhost:8080/auth/callback';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

function authorizeUrl(change: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams({
    client_id: 'files',
    redirect_uri: suffixedCallback,
    response_type: 'code',
    scope: 'openid email',
    state: 'app-state',
    nonce: 'app-nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...change,
  });
  return `${loginOrigin}/oidc/authorize?${query}`;
}

async function login(browser: Browser, user: string, url = authorizeUrl()): Promise<Step> {
  const form = await browser.open(url);
  return browser.submit(form, { login: user, password: 'demo', device: 'unmanaged' });
}

function token(code: string, change: Readonly<Record<string, string>> = {}, secret = clientSecret): Promise<Response> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: realCallback,
    code_verifier: verifier,
    ...change,
  };
  return fetch(`http://127.0.0.1:${world.port}/oidc/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`files:${secret}`)}` },
    body: new URLSearchParams(form),
  });
}
const codeOf = (step: Step) => new URL(step.url).searchParams.get('code') ?? '';
const userinfo = (access: string) =>
  fetch(`http://127.0.0.1:${world.port}/oidc/userinfo`, { headers: { authorization: `Bearer ${access}` } });

test('an app signs its user in with our code at the suffixed host', async () => {
  const browser = new Browser(world.port);
  const done = await login(browser, 'mia@acme.example');
  expect(done.url.split('?')[0]).toBe(suffixedCallback);
  expect(new URL(done.url).searchParams.get('state')).toBe('app-state');
  expect(new URL(done.url).searchParams.get('iss')).toBe(loginOrigin);
  const answer = await token(codeOf(done));
  expect(answer.status).toBe(200);
  const tokens = (await answer.json()) as { id_token: string; access_token: string };
  const keys = (await (await fetch(`http://127.0.0.1:${world.port}/oidc/jwks`)).json()) as JSONWebKeySet;
  const { payload } = await jwtVerify(tokens.id_token, createLocalJWKSet(keys), {
    issuer: loginOrigin,
    audience: 'files',
  });
  expect(payload).toMatchObject({
    nonce: 'app-nonce',
    email: 'mia@acme.example',
    name: 'Mia Marketing',
    groups: ['Marketing'],
  });
  expect(await (await userinfo(tokens.access_token)).json()).toMatchObject({ sub: payload.sub, groups: ['Marketing'] });
  expect((await token(codeOf(done))).status).toBe(400);
  expect((await userinfo(tokens.access_token)).status).toBe(401);
});

test('the second login needs no other trip to the provider', async () => {
  const browser = new Browser(world.port);
  await login(browser, 'mia@acme.example');
  browser.requested.length = 0;
  const again = await browser.open(authorizeUrl({ redirect_uri: realCallback }));
  expect(again.url.split('?')[0]).toBe(suffixedCallback);
  expect(browser.requested).toHaveLength(1);
  const forced = await browser.open(authorizeUrl({ prompt: 'login' }));
  expect(forced.html).toContain('name="password"');
});

test('silent login without a login is an error for the client', async () => {
  const done = await new Browser(world.port).open(authorizeUrl({ prompt: 'none' }));
  expect(new URL(done.url).searchParams.get('error')).toBe('login_required');
});

test('users not proxied get their code at the real host', async () => {
  const done = await login(new Browser(world.port), 'sam@acme.example');
  expect(done.url.split('?')[0]).toBe(realCallback);
});

test('a blocked user gets no code', async () => {
  world.pdp.policies = [accessPolicy('Nobody', [{ field: 'app', operator: 'equals', values: ['files'] }])];
  const page = await login(new Browser(world.port), 'mia@acme.example');
  expect(page.status).toBe(403);
  expect(page.url).not.toContain('callback?code=');
});

test('an unregistered return address is never redirected to', async () => {
  const page = await new Browser(world.port).open(authorizeUrl({ redirect_uri: 'https://evil.example/cb' }));
  expect(page.status).toBe(403);
});

test.each([
  ['other verifier', { code_verifier: 'a'.repeat(43) }],
  ['no verifier', { code_verifier: '' }],
  ['other address', { redirect_uri: `${realCallback}x` }],
  ['unknown code', { code: 'x'.repeat(43) }],
])('the token endpoint refuses: %s', async (_, change) => {
  const done = await login(new Browser(world.port), 'mia@acme.example');
  const answer = await token(codeOf(done), change);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({ error: 'invalid_grant' });
});

test('a wrong client secret gets nothing and burns nothing', async () => {
  const done = await login(new Browser(world.port), 'mia@acme.example');
  expect((await token(codeOf(done), {}, 'wrong')).status).toBe(401);
  expect((await token(codeOf(done))).status).toBe(200);
});

test('form_post reaches the suffixed host', async () => {
  const browser = new Browser(world.port);
  const page = await login(browser, 'mia@acme.example', authorizeUrl({ response_mode: 'form_post' }));
  expect(page.html).toContain(`action="${suffixedCallback}"`);
  expect(page.html).toContain('name="code"');
});
