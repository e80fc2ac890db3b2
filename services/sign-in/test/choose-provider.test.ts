// Several identity providers at once: a page, a choice by e-mail domain, or the app's own list.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Browser, loginOrigin } from './browser.ts';
import { samlProvider, startWorld, until, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  const { issuer, saml } = world.idp;
  const demo = { id: 'demo', name: 'Demo', issuer, clientId: 'gatehouse', clientSecretRef: 'demo' };
  const off = { ...demo, id: 'off', name: 'Switched off', issuer: 'https://off.example', enabled: false };
  const apps = world.signIn.catalogue.current()?.apps.map((app) => ({
    ...app,
    identityProviders: app.id === 'docs' ? ['saml'] : [],
  }));
  const partner = samlProvider(saml, { emailDomains: ['partner.example'] });
  await world.publish({ apps, identityProviders: [demo, partner, off] });
  await until(() => world.signIn.catalogue.current()?.identityProviders.find(({ id }) => id === 'off'));
}, 120_000);
afterAll(() => world?.stop());

const startUrl = (app = 'files', more = '') =>
  `${loginOrigin}/start?app_host=${app}.acme.localhost.gatehouse.localhost:8080&return=/a${more}`;

test('a page names the enabled ones and keeps what was asked', async () => {
  const page = await new Browser(world.port).open(startUrl());
  expect(page.html).toContain('>Demo</button>');
  expect(page.html).toContain('>Demo SAML</button>');
  expect(page.html).not.toContain('Switched off');
  expect(page.html).toContain('name="return" value="/a"');
});

test.each([
  ['a choice', '&idp=saml', '/saml/sso'],
  ['an address', '&email=gus@Partner.example', '/saml/sso'],
  ['another choice', '&idp=demo', '/interaction/'],
])('%s leads to its provider', async (_, more, path) => {
  expect((await new Browser(world.port).open(startUrl('files', more))).url).toContain(path);
});

test.each(['&idp=off', '&idp=none', '&email=a@b@partner.example', '&email=x@other.example', '&idp=saml&idp=demo'])(
  'no provider is reached by %s',
  async (more) => {
    const page = await new Browser(world.port).open(startUrl('files', more));
    expect(page.url).toContain('/start');
    expect(page.status).toBe(200);
  },
);

test('an app with a list of its own asks nobody, and takes no other', async () => {
  expect((await new Browser(world.port).open(startUrl('docs'))).url).toContain('/saml/sso');
  expect((await new Browser(world.port).open(startUrl('docs', '&idp=demo'))).url).toContain('/saml/sso');
});
