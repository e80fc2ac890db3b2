import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, password, setupToken, signInAs, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;

beforeAll(async () => {
  portal = await startPortal();
});
afterAll(() => portal.stop());

describe('entering the portal', () => {
  it('refuses a guessed link, a short password, and lets the real link in once', async () => {
    const client = clientOf(portal.url);
    expect((await client.send('GET', '/setup')).body).toEqual({ needed: true });
    const ada = { email: 'ada@example.com', password };
    expect((await client.send('POST', '/setup', { ...ada, token: 'guess' })).body.code).toBe('SETUP_REFUSED');
    const short = await client.send('POST', '/setup', { ...ada, token: setupToken(portal.log), password: 'short' });
    expect([short.status, short.body.errors[0].field]).toEqual([422, 'password']);

    const token = setupToken(portal.log);
    const entered = await client.send('POST', '/setup', { ...ada, token });
    expect(entered.status).toBe(201);
    expect(entered.body).toMatchObject({
      user: { email: 'ada@example.com', role: 'admin' },
      suffix: 'gatehouse.localhost',
    });
    expect(entered.headers.get('set-cookie')).toMatch(
      /^__Host-gatehouse-portal=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; Secure; SameSite=Strict$/,
    );
    const again = await clientOf(portal.url).send('POST', '/setup', { ...ada, email: 'eve@example.com', token });
    expect([again.status, again.body.code]).toEqual([403, 'SETUP_REFUSED']);
    expect((await client.send('GET', '/setup')).body).toEqual({ needed: false });
  });

  it('signs in with the right password only, and out again', async () => {
    const client = clientOf(portal.url);
    expect((await client.send('GET', '/me')).status).toBe(401);
    const wrong = await client.send('POST', '/login', { email: 'ada@example.com', password: 'wrong' });
    const nobody = await client.send('POST', '/login', { email: 'nobody@example.com', password: 'wrong' });
    expect([wrong.status, wrong.body]).toEqual([401, nobody.body]);
    expect((await client.send('POST', '/login', { email: 'ADA@example.com', password })).status).toBe(200);
    const before = client.state.cookie;
    expect((await client.send('GET', '/me')).body.user.email).toBe('ada@example.com');
    expect((await client.send('POST', '/logout')).status).toBe(204);
    client.state.cookie = before;
    expect((await client.send('GET', '/me')).status).toBe(401);
  });

  it('refuses unsafe requests without the token, from another origin, or without an origin', async () => {
    const client = clientOf(portal.url);
    await client.send('POST', '/login', { email: 'ada@example.com', password });
    const app = { id: 'csrf', name: 'Csrf', domains: [{ host: 'csrf.example.com' }] };
    const attempts = [
      { 'x-csrf-token': '' },
      { 'x-csrf-token': 'a'.repeat(43) },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ];
    for (const headers of attempts) {
      const { 'content-type': _, ...sent } = { ...headers, 'content-type': '' };
      const reply = await client.send('POST', '/apps', app, sent);
      expect([reply.status, reply.body.code], JSON.stringify(headers)).toEqual([403, 'CSRF_REFUSED']);
    }
    const login = await clientOf(portal.url).send(
      'POST',
      '/login',
      { email: 'ada@example.com', password },
      { origin: 'https://evil.example' },
    );
    expect(login.body.code).toBe('CSRF_REFUSED');
    expect((await client.send('POST', '/apps', app)).status).toBe(201);
  });

  it('keeps the last administrator', async () => {
    const client = clientOf(portal.url);
    const { body } = await client.send('POST', '/login', { email: 'ada@example.com', password });
    const path = `/admins/${body.user.id}`;
    expect((await client.send('DELETE', path)).body.code).toBe('LAST_ADMIN');
    expect((await client.send('PATCH', path, { role: 'reader' })).body.code).toBe('LAST_ADMIN');
    await signInAs(portal, client, 'operator');
    const audit = (await client.send('GET', '/audit?object=admin')).body.entries;
    expect(audit.some((entry: { action: string }) => entry.action === 'loginFailed')).toBe(true);
    expect(JSON.stringify(audit)).not.toContain(password);
  });

  it('ends the other sessions with a new password', async () => {
    const [here, there] = [clientOf(portal.url), clientOf(portal.url)];
    for (const client of [here, there])
      await client.send('POST', '/login', { email: 'operator@example.com', password });
    const next = 'another horse battery';
    expect((await here.send('PUT', '/me/password', { current: 'wrong', next })).body.errors[0].field).toBe('current');
    expect((await here.send('PUT', '/me/password', { current: password, next })).status).toBe(204);
    expect((await here.send('GET', '/me')).status).toBe(200);
    expect((await there.send('GET', '/me')).status).toBe(401);
  });

  it('slows down guessing', async () => {
    const client = clientOf(portal.url);
    const statuses = [];
    for (let round = 0; round < 7; round += 1) {
      statuses.push((await client.send('POST', '/login', { email: 'victim@example.com', password: 'guess' })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
  });

  it('makes no second link once there is an administrator', async () => {
    const links = () => portal.log.filter((line) => line.includes('first admin: ')).length;
    const before = links();
    await portal.restart();
    expect(links()).toBe(before);
  });
});
