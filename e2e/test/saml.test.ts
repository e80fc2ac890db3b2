// SPEC scenarios 3 and 11, and the journey of section 2, in a real Chromium with SAML on both sides of the broker.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { signingKey } from '@gatehouse/demo-idp/saml-idp';
import { signXml } from '@gatehouse/saml/signature';
import { logoutRequest } from '@gatehouse/saml/write';
import { startBrowser } from '@gatehouse/testkit/browser';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confirmNotice, type Device, eventually, signIn, statusOf } from '../src/journey.ts';
import { Portal } from '../src/portal.ts';
import * as scenario3 from '../src/scenario-3.ts';
import { startTestWorld, type TestWorld } from '../src/test-world.ts';
import { visitor } from '../src/visitor.ts';

let world: TestWorld;
let browser: Browser;
let portal: Portal;
let seenPosts: string[] = [];

beforeAll(async () => {
  world = await startTestWorld('saml');
  browser = await startBrowser();
  portal = await Portal.enter(await (await visitor(browser)).newPage(), world.endpoints.setupLink);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await world?.stop();
}, 60_000);

const alerts = { enabled: true, dailyLimit: 5, email: ['soc@acme.example'], sms: [] };
const unmanaged = {
  field: 'device.tags',
  operator: 'doesNotEqual',
  values: ['compliant', 'domainJoined', 'validClientCertificate'],
};

async function enter(app: 'files' | 'crm', path: string, device: Device, address?: string): Promise<Page> {
  const page = await (await visitor(browser, address ? { address } : {})).newPage();
  seenPosts = [];
  page.on('request', (request) => {
    if (request.method() === 'POST') seenPosts.push(new URL(request.url()).pathname);
  });
  await signIn(page, `${world.endpoints[app]}${path}`, 'mia@acme.example', device);
  await confirmNotice(page);
  await page.locator('[data-file],[data-action]').first().waitFor({ timeout: 20_000 });
  return page;
}

it('lands on path, query and fragment, by SAML at the provider and at the app', async () => {
  await portal.use([]);
  const page = await enter('files', '/folders/documents?from=mail#top', 'unmanaged');
  const url = new URL(page.url());
  expect([url.pathname, url.search, url.hash]).toEqual(['/folders/documents', '?from=mail', '#top']);
  expect(seenPosts).toEqual(expect.arrayContaining(['/saml/acs', '/auth/saml/acs']));
}, 60_000);

describe('scenario 3 by SAML', () => {
  beforeAll(() => portal.use(scenario3.policies(unmanaged, alerts)));
  it.each(scenario3.rows)(
    '%s from %s matches %j',
    async (device, address, matched) => {
      const page = await enter('crm', '/', device, address);
      await scenario3.expectMatches(page, portal, world.endpoints.crm, address, matched);
    },
    60_000,
  );
});

it('scenario 11 by SAML: a native client is told to use a browser, the browser gets in', async () => {
  await portal.use([
    {
      kind: 'AccessPolicy',
      name: 'Browser only',
      activity: [{ field: 'clientApp', operator: 'equals', values: ['mobileDesktop'] }],
      action: { type: 'block', message: 'You must use a web browser to access this app' },
    },
  ]);
  const userAgent = 'Mozilla/5.0 (Windows NT 10.0) Teams/1.6.00.4472 Electron/22.3.27';
  const native = await (await visitor(browser, { userAgent })).newPage();
  expect(statusOf(await native.goto(`${world.endpoints.files}/folders/documents`))).toBe(403);
  expect(await native.innerText('body')).toContain('You must use a web browser to access this app');
  await enter('files', '/folders/documents', 'unmanaged');
}, 60_000);

it('an unsigned logout ends nothing', async () => {
  const page = await enter('files', '/folders/documents', 'compliant');
  const destination = `http://login.gatehouse.localhost:${world.endpoints.ports.edgeHttp}/saml/logout`;
  const issuer = `${world.endpoints.idp}/saml/metadata`;
  const xml = logoutRequest({ id: '_x', now: Date.now(), issuer, destination, nameId: 'mia@acme.example' });
  const forged = await (await visitor(browser)).newPage();
  const answer = await forged.goto(
    `${destination}?SAMLRequest=${encodeURIComponent(Buffer.from(xml).toString('base64'))}`,
  );
  expect(statusOf(answer)).toBe(403);
  expect(statusOf(await page.reload())).toBe(200);
}, 60_000);

it('a signed logout at the provider ends the session at the edge within 5 s', async () => {
  const page = await enter('files', '/folders/documents', 'compliant');
  const destination = `http://login.gatehouse.localhost:${world.endpoints.ports.edgeHttp}/saml/logout`;
  const issuer = `${world.endpoints.idp}/saml/metadata`;
  const idpSamlKey = readFileSync(join(dirname(world.endpoints.caFile), 'idpSamlKey.pem'), 'utf8');
  const key = await signingKey(idpSamlKey);
  const xml = logoutRequest({ id: '_logout', now: Date.now(), issuer, destination, nameId: 'mia@acme.example' });
  const message = Buffer.from(signXml(xml, '_logout', key)).toString('base64');
  // The provider's own page posts the request, as front-channel logout does.
  const provider = await (await visitor(browser)).newPage();
  await provider.goto(`${world.endpoints.idp}/saml/slo`);
  await provider.evaluate(
    ([to, value]) => {
      const form = Object.assign(document.createElement('form'), { method: 'post', action: to });
      form.append(Object.assign(document.createElement('input'), { name: 'SAMLRequest', value }));
      document.body.append(form);
      form.submit();
    },
    [destination, message] as const,
  );
  await provider.waitForURL(/SAMLResponse=/);
  const started = Date.now();
  const ask = () => page.evaluate(async () => (await fetch('/api/me', { redirect: 'manual' })).status);
  await eventually(async () => ((await ask()) === 200 ? undefined : true), 'the end of the session', 6_000);
  expect(Date.now() - started).toBeLessThan(5_000);
}, 60_000);

it('the portal shows the provider and its last sign-in', async () => {
  await portal.photograph('/identity-providers', '.gatehouse/e2e/identity-providers.png');
  await portal.photograph('/identity-providers/demo-saml', '.gatehouse/e2e/identity-provider.png');
}, 30_000);
