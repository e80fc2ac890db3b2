// A full browser login at Debian's SimpleSAMLphp: metadata by address, mapping, groups, session. `npm run e2e:idp`.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { startBrowser } from '@gatehouse/testkit/browser';
import { freePort } from '@gatehouse/testkit/free-port';
import { waitForPort } from '@gatehouse/testkit/nats-server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { confirmNotice, eventually } from '../src/journey.ts';
import { Portal } from '../src/portal.ts';
import { startTestWorld, type TestWorld } from '../src/test-world.ts';
import { visitor } from '../src/visitor.ts';

const script = resolve(import.meta.dirname, '../../tools/idp/simplesamlphp.sh');
const root = process.env.IDP_ROOT ?? resolve(import.meta.dirname, '../../.gatehouse/idp');
let world: TestWorld;
let browser: Browser;
let portal: Portal;
let provider: ChildProcess | undefined;
let port = 0;

beforeAll(async () => {
  const made = spawnSync(script, ['setup'], { env: { ...process.env, IDP_ROOT: root }, encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`SimpleSAMLphp could not be set up:\n${made.stderr.slice(-2000)}`);
  world = await startTestWorld('saml');
  port = await freePort();
  const login = `http://login.gatehouse.localhost:${world.endpoints.ports.edgeHttp}`;
  const names = { SP_ENTITY_ID: `${login}/saml/metadata`, SP_ACS: `${login}/saml/acs` };
  const env = { ...process.env, IDP_ROOT: root, IDP_PORT: String(port), ...names };
  provider = spawn(script, ['run'], { env, stdio: 'ignore' });
  await waitForPort(port, 30_000);
  browser = await startBrowser();
  portal = await Portal.enter(await (await visitor(browser)).newPage(), world.endpoints.setupLink);
}, 600_000);

afterAll(async () => {
  provider?.kill();
  await browser?.close();
  await world?.stop();
}, 60_000);

it('signs in by metadata, at the provider and at the app', async () => {
  const url = `http://ssp.idp.localhost:${port}/simplesaml/saml2/idp/metadata.php`;
  const read = await portal.call('POST', '/identity-providers/metadata', { url });
  expect(read.status, JSON.stringify(read.body)).toBe(200);
  const { issuer, saml } = read.body as { issuer: string; saml: object };
  const claims = { userName: 'mail', name: 'cn', groups: 'groups' };
  const added = await portal.call('POST', '/identity-providers', {
    ...{ id: 'ssp', name: 'SimpleSAMLphp', type: 'saml', issuer, saml, claims },
  });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  const { version, value } = (await portal.call('GET', '/apps/files')).body as { version: number; value: object };
  const put = await portal.call('PUT', '/apps/files', { ...value, identityProviders: ['ssp'] }, version);
  expect(put.status, JSON.stringify(put.body)).toBe(200);

  await eventually(async () => {
    const page = await (await visitor(browser)).newPage();
    await page.goto(`${world.endpoints.files}/folders/documents?from=mail#top`);
    const there = new URL(page.url()).hostname === 'ssp.idp.localhost';
    if (!there) return void (await page.close());
    await page.fill('input[name=username]', 'student');
    await page.fill('input[name=password]', 'studentpass');
    await page.keyboard.press('Enter');
    await confirmNotice(page);
    await page.locator('[data-file]').first().waitFor({ timeout: 20_000 });
    const { pathname, search, hash } = new URL(page.url());
    expect([pathname, search, hash]).toEqual(['/folders/documents', '?from=mail', '#top']);
    return true;
  }, 'the login at SimpleSAMLphp');
  const sessions = (await portal.call('GET', '/sessions')).body as { sessions: { user: string; groups: string[] }[] };
  expect(sessions.sessions[0]).toMatchObject({ user: 'student@example.org', groups: ['marketing', 'finance'] });
}, 120_000);
