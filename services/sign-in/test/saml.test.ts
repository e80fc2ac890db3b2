// SAML through the real service: three replicas over one Postgres, a real identity provider, apps that speak SAML.
import { createHash } from 'node:crypto';
import { sessionsBucket } from '@gatehouse/contracts/session';
import { providerInsight, sessionList } from '@gatehouse/contracts/session-control';
import { signingKey } from '@gatehouse/demo-idp/saml-idp';
import { readIdpMetadata, readSpMetadata } from '@gatehouse/saml/metadata';
import { signXml } from '@gatehouse/saml/signature';
import { authnRequest, logoutRequest } from '@gatehouse/saml/write';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { redirectUrl } from '../src/saml/binding.ts';
import { Browser, loginOrigin, type Step } from './browser.ts';
import { realAcs, samlProvider, startWorld, until, type World } from './world.ts';

let world: World;
let ports: number[];
beforeAll(async () => {
  world = await startWorld();
  ports = [world.port, await world.replica(), await world.replica()];
}, 120_000);
afterAll(() => world?.stop());
beforeEach(async () => {
  world.pdp.policies = [];
  await world.publish();
});

const docsHost = 'docs.acme.localhost.gatehouse.localhost';
const startUrl = (host = docsHost) =>
  `${loginOrigin}/start?${new URLSearchParams({ app_host: `${host}:8080`, return: '/a?b=1' })}`;
const person = { login: 'mia@acme.example', password: 'demo', device: 'compliant' };

/** Up to the provider's answer: a page whose form carries the response. */
async function toResponse(browser: Browser, url = startUrl()): Promise<Step> {
  return browser.submit(await browser.open(url), person);
}
const sessionsOf = async (user: string) => (await world.messaging.request(sessionList, { user })).sessions;
const xmlOf = (page: Step, browser: Browser) =>
  Buffer.from(browser.form(page).values.SAMLResponse ?? '', 'base64').toString('utf8');
const cookies = (browser: Browser) => new Map(browser.cookies.get('login.gatehouse.localhost'));

async function signInTo(browser: Browser): Promise<Step> {
  const notice = await browser.submit(await toResponse(browser));
  expect(notice.html).toContain('is monitored');
  return browser.submit(notice);
}

test('a SAML login ends in a session with groups and device tags', async () => {
  const landing = await signInTo(new Browser(world.port));
  expect(landing.url).toContain(`${docsHost}:8080/.gatehouse/session?code=`);
  const [session] = await sessionsOf('mia@acme.example');
  expect(session).toMatchObject({ app: 'docs', groups: ['Marketing'], deviceTags: ['compliant'] });
  const { lastSignIn, saml } = await world.messaging.request(providerInsight, { identityProvider: 'saml' });
  expect(lastSignIn?.mapped).toEqual({
    userName: 'mi…@acme.example',
    name: 'Mi…',
    groups: ['Marketing'],
    deviceTags: ['compliant'],
  });
  expect(JSON.stringify(lastSignIn)).not.toContain('mia@');
  expect(saml?.entityId).toBe(`${loginOrigin}/saml/metadata`);
});

test('the request carries an opaque RelayState of at most 80 bytes', async () => {
  const browser = new Browser(world.port);
  await browser.open(startUrl());
  const sent = new URL(browser.requested.find((url) => url.includes('/saml/sso')) ?? '');
  expect(sent.searchParams.get('RelayState')).toMatch(/^[\w-]{43}$/);
});

test('metadata: both roles are readable, equal on every replica', async () => {
  const read = async (port: number, path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  const sp = await Promise.all(ports.map((port) => read(port, '/saml/metadata')));
  expect(new Set(sp).size).toBe(1);
  const localhost = (host: string) => host.endsWith('.localhost');
  expect(readSpMetadata(sp[0] ?? '', localhost)).toMatchObject({ type: 'read' });
  expect(readIdpMetadata(await read(world.port, '/saml/idp/metadata'), localhost)).toMatchObject({ type: 'read' });
});

test('refused: replay on another replica', async () => {
  const browser = new Browser(world.port);
  const page = await toResponse(browser);
  const jar = cookies(browser);
  expect((await browser.submit(page)).status).toBe(200);
  for (const port of ports) {
    browser.port = port;
    browser.cookies.set('login.gatehouse.localhost', new Map(jar));
    expect((await browser.submit(page)).status).toBe(403);
  }
});

test('refused: the same response at three replicas at once, but for one', async () => {
  const browser = new Browser(world.port);
  const page = await toResponse(browser);
  const racing = ports.map((port) => {
    const one = new Browser(port);
    one.cookies.set('login.gatehouse.localhost', cookies(browser));
    return one.submit(page);
  });
  const answers = await Promise.all(racing);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
});

test('refused: an assertion used before, in a flow that would fit', async () => {
  const id = `_${createHash('sha256').update('x').digest('hex')}`;
  const use = () => world.signIn.providerStore.useOnce('issuer', id, Date.now() + 60_000);
  expect(await Promise.all(Array.from({ length: 8 }, use)).then((all) => all.filter(Boolean))).toHaveLength(1);
});

test('refused: unsolicited, without flow', async () => {
  const browser = new Browser(world.port);
  const { values, action } = browser.form(await toResponse(browser));
  expect((await browser.open(action, { SAMLResponse: values.SAMLResponse ?? '' })).status).toBe(403);
});

test('refused: login CSRF, the response of another browser', async () => {
  const page = await toResponse(new Browser(world.port));
  expect((await new Browser(world.port).submit(page)).status).toBe(403);
});

test('refused: the response of another flow of the same browser', async () => {
  const browser = new Browser(world.port);
  const first = browser.form(await toResponse(browser));
  const second = browser.form(await toResponse(browser));
  const mixed = { SAMLResponse: first.values.SAMLResponse ?? '', RelayState: second.values.RelayState ?? '' };
  expect((await browser.open(second.action, mixed)).status).toBe(403);
});

test('refused: RelayState redirect, an address instead of the state', async () => {
  const browser = new Browser(world.port);
  const page = await toResponse(browser);
  const answer = await browser.submit(page, { RelayState: 'https://evil.example/' });
  expect(answer.status).toBe(403);
  expect(answer.html).not.toContain('evil.example');
});

test('refused: a disabled identity provider', async () => {
  const browser = new Browser(world.port);
  const page = await toResponse(browser);
  const { issuer } = world.idp;
  const demo = { id: 'demo', name: 'Demo', issuer, clientId: 'gatehouse', clientSecretRef: 'demo' };
  await world.publish({ identityProviders: [demo, samlProvider(world.idp.saml, { enabled: false })] });
  await until(() => world.signIn.catalogue.current()?.identityProviders.find(({ enabled }) => !enabled));
  expect((await browser.submit(page)).status).toBe(403);
  await world.publish();
  await until(() => world.signIn.catalogue.current()?.identityProviders.every(({ enabled }) => enabled) || undefined);
});

test('refused: another key than the pinned one', async () => {
  const browser = new Browser(world.port);
  const page = await toResponse(browser);
  const evil = await signingKey();
  const xml = xmlOf(page, browser).replaceAll(/<ds:Signature .*?<\/ds:Signature>/gs, '');
  const id = /<saml:Assertion ID="([^"]+)"/.exec(xml)?.[1] ?? '';
  const forged = Buffer.from(signXml(xml, id, evil)).toString('base64');
  expect((await browser.submit(page, { SAMLResponse: forged })).status).toBe(403);
});

const sloUrl = `${loginOrigin}/saml/logout`;
const logoutXml = (change: object = {}) =>
  logoutRequest({
    id: `_${crypto.randomUUID()}`,
    now: Date.now(),
    issuer: world.idp.saml.entityId,
    destination: sloUrl,
    nameId: 'mia@acme.example',
    ...change,
  });
const logoutUrl = (xml: string, key = world.idp.saml.key.privateKey) =>
  redirectUrl(sloUrl, { kind: 'SAMLRequest', xml, relayState: 'r' }, key);

test('single logout ends the sessions and is answered, once', async () => {
  await signInTo(new Browser(world.port));
  const before = await sessionsOf('mia@acme.example');
  expect(before.length).toBeGreaterThan(0);
  const url = logoutUrl(logoutXml());
  const started = Date.now();
  const done = await new Browser(world.port).open(url);
  expect(done.url).toContain('/saml/slo?SAMLResponse=');
  expect(await sessionsOf('mia@acme.example')).toEqual([]);
  const bucket = await world.messaging.bucket(sessionsBucket);
  const rows: { store_key: string }[] = await world.signIn.database.query(
    `select store_key from sessions where ended_cause = 'logout'`,
  );
  for (const { store_key } of rows) expect((await bucket.get(store_key))?.state).toBe('revoked');
  expect(Date.now() - started).toBeLessThan(5_000);
  expect((await new Browser(world.port).open(url)).status).toBe(403);
});

test('a logout while the notice is open lets no session follow', async () => {
  const browser = new Browser(world.port);
  const notice = await browser.submit(await toResponse(browser));
  await new Browser(world.port).open(logoutUrl(logoutXml()));
  expect((await browser.submit(notice)).status).toBe(403);
});

test.each([
  ['unsigned', async () => `${sloUrl}?${new URL(logoutUrl(logoutXml())).search.slice(1).replace(/&SigAlg.*/, '')}`],
  ['by another key', async () => logoutUrl(logoutXml(), (await signingKey()).privateKey)],
  ['changed after signing', async () => logoutUrl(logoutXml()).replace('RelayState=r', 'RelayState=s')],
  ['parameter twice', async () => `${logoutUrl(logoutXml())}&SAMLRequest=x`],
  ['for another address', async () => logoutUrl(logoutXml({ destination: 'https://other.example/' }))],
  ['old', async () => logoutUrl(logoutXml({ now: Date.now() - 3_600_000 }))],
  ['by an unknown party', async () => logoutUrl(logoutXml({ issuer: 'https://other.example' }))],
  ['no SAML at all', async () => `${sloUrl}?SAMLRequest=AAAA`],
])('refused: forged logout, %s', async (_, make) => {
  await signInTo(new Browser(world.port));
  expect((await new Browser(world.port).open(await make())).status).toBe(403);
  expect((await sessionsOf('mia@acme.example')).length).toBeGreaterThan(0);
});

// The app's side is node-saml: another implementation reads what the broker writes.
const suffixedAcs = 'http://files.acme.localhost.gatehouse.localhost:8080/auth/saml/acs';
const appRequest = (change: object = {}) =>
  redirectUrl(
    `${loginOrigin}/saml/idp/sso`,
    {
      kind: 'SAMLRequest',
      xml: authnRequest({
        id: '_app-request',
        now: Date.now(),
        issuer: 'urn:files',
        destination: `${loginOrigin}/saml/idp/sso`,
        acsUrl: realAcs,
        ...change,
      }),
      relayState: '/deep?link=1',
    },
    world.idp.saml.key.privateKey,
  );
async function appLogin(browser: Browser, change: object = {}): Promise<Step> {
  return browser.submit(await browser.open(appRequest(change)), person);
}
async function readAsApp(page: Step, browser: Browser) {
  const metadata = await (await fetch(`http://127.0.0.1:${world.port}/saml/idp/metadata`)).text();
  const app = new SAML({
    callbackUrl: realAcs,
    issuer: 'urn:files',
    audience: 'urn:files',
    idpCert: /<ds:X509Certificate>([^<]+)/.exec(metadata)?.[1] ?? '',
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: true,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  return (await app.validatePostResponseAsync({ SAMLResponse: browser.form(page).values.SAMLResponse ?? '' })).profile;
}

test('broker: real names inside, suffixed address outside, read by node-saml', async () => {
  const browser = new Browser(world.port);
  const page = await appLogin(browser);
  const { action, values } = browser.form(page);
  expect(action).toBe(suffixedAcs);
  expect(values.RelayState).toBe('/deep?link=1');
  const xml = xmlOf(page, browser);
  for (const name of ['Destination', 'Recipient']) expect(xml).toContain(`${name}="${realAcs}"`);
  expect(xml.match(/InResponseTo="_app-request"/g)).toHaveLength(2);
  expect(await readAsApp(page, browser)).toMatchObject({
    nameID: 'mia@acme.example',
    issuer: `${loginOrigin}/saml/idp/metadata`,
    attributes: { email: 'mia@acme.example', groups: 'Marketing', name: 'Mia Marketing' },
  });
});

test('broker: a suffixed consumer address is un-suffixed, a foreign one never used', async () => {
  const browser = new Browser(world.port);
  expect(browser.form(await appLogin(browser, { acsUrl: suffixedAcs })).action).toBe(suffixedAcs);
  for (const acsUrl of [
    'https://evil.example/acs',
    `${realAcs}/x`,
    `${realAcs}?x`,
    'http://files.acme.localhost:9101/',
  ])
    expect((await browser.open(appRequest({ acsUrl }))).status).toBe(403);
});

test('broker: the second login asks nobody, a forced one does, a passive one says no', async () => {
  const browser = new Browser(world.port);
  await appLogin(browser);
  expect(browser.form(await browser.open(appRequest())).action).toBe(suffixedAcs);
  expect((await browser.open(appRequest({ forceAuthn: true }))).html).toContain('name="password"');
  const stranger = new Browser(world.port);
  const passive = await stranger.open(appRequest({ isPassive: true }));
  expect(xmlOf(passive, stranger)).toContain('status:NoPassive');
});

test('broker: an authentication context that was not reached is never claimed', async () => {
  const browser = new Browser(world.port);
  const page = await appLogin(browser, { contexts: ['https://refeds.org/profile/mfa'] });
  expect(xmlOf(page, browser)).toContain('status:NoAuthnContext');
  expect(xmlOf(page, browser)).not.toContain('mia@acme.example');
});

test('broker: a login may start here only where the app allows it', async () => {
  const browser = new Browser(world.port);
  const page = await browser.submit(await browser.open(`${loginOrigin}/saml/launch/files`), person);
  expect(xmlOf(page, browser)).not.toContain('InResponseTo');
  expect(await readAsApp(page, browser)).toMatchObject({ nameID: 'mia@acme.example' });
  expect((await browser.open(`${loginOrigin}/saml/launch/docs`)).status).toBe(404);
});

test('broker: an app with a certificate must sign its requests', async () => {
  const certificates = [world.idp.saml.key.certificate.replaceAll(/-----[^-]+-----|\s/g, '')];
  const current = world.signIn.catalogue.current();
  const apps = current?.apps.map((app) =>
    app.id === 'files' ? { ...app, samlClient: { ...app.samlClient, certificates } } : app,
  );
  await world.publish({ apps });
  await until(() => world.signIn.catalogue.current()?.apps.find((app) => app.samlClient?.certificates.length));
  const browser = new Browser(world.port);
  expect((await browser.open(appRequest())).html).toContain('name="password"');
  expect((await browser.open(appRequest().replace(/&SigAlg.*/, ''))).status).toBe(403);
  expect((await browser.open(appRequest().replace('RelayState=', 'RelayState=x'))).status).toBe(403);
});
