import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { type DemoIdp, startDemoIdp } from './demo-idp.ts';

const redirect = 'http://login.test/callback/demo';
let idp: DemoIdp;
beforeAll(async () => {
  const clients = [{ clientId: 'gatehouse', clientSecret: 'a-secret-of-the-demo', redirectUris: [redirect] }];
  idp = await startDemoIdp({ port: 0, issuer: (port) => `http://127.0.0.1:${port}`, clients });
});
afterAll(() => idp.stop());

const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

async function login(fields: Record<string, string>): Promise<Response> {
  const query = new URLSearchParams({
    client_id: 'gatehouse',
    response_type: 'code',
    scope: 'openid',
    redirect_uri: redirect,
  });
  query.set('code_challenge', challenge);
  query.set('code_challenge_method', 'S256');
  const jar = new Map<string, string>();
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie())
      jar.set(...(line.split(';')[0]!.split(/=(.*)/s).slice(0, 2) as [string, string]));
    const next = response.headers.get('location');
    return next && !next.startsWith(redirect) ? go(new URL(next, url).href) : response;
  };
  const form = await go(`${idp.issuer}/auth?${query}`);
  const action = /action="([^"]+)"/.exec(await form.text())![1]!;
  return go(new URL(action, idp.issuer).href, { method: 'POST', body: new URLSearchParams(fields) });
}

test('the chosen device and the groups are in the ID token', async () => {
  const done = await login({ login: 'max@acme.example', password: 'demo', device: 'domainJoined' });
  const code = new URL(done.headers.get('location')!).searchParams.get('code')!;
  const answer = await fetch(`${idp.issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('gatehouse:a-secret-of-the-demo')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirect,
      code_verifier: verifier,
    }),
  });
  const { id_token } = (await answer.json()) as { id_token: string };
  const claims = JSON.parse(atob(id_token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/')));
  expect(claims).toMatchObject({
    email: 'max@acme.example',
    groups: ['Marketing', 'Finance'],
    device_tags: ['domainJoined'],
  });
});

test('a wrong password shows the form again', async () => {
  const again = await login({ login: 'max@acme.example', password: 'wrong' });
  expect(again.status).toBe(200);
  expect(await again.text()).toContain('Wrong user name or password');
});

test('every fault of the configuration is named', () => {
  expect(() => readConfig({ IDP_PORT: 'x', CLIENTS: '{' })).toThrow(/not JSON[\s\S]*CLIENTS|CLIENTS[\s\S]*IDP_PORT/);
});
