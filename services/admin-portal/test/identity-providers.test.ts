import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { signingKey } from '@gatehouse/demo-idp/saml-idp';
import { idpMetadata } from '@gatehouse/saml/write';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, firstAdmin, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;
beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
});
afterAll(() => portal.stop());

const key = await signingKey();
const certificate = key.certificate.replaceAll(/-----[^-]+-----|\s/g, '');
const metadata = idpMetadata({
  entityId: 'urn:idp',
  ssoUrl: 'https://idp.example/sso',
  sloUrl: 'https://idp.example/slo',
  certificates: [certificate],
});
const read = (xml: string) => admin.send('POST', '/identity-providers/metadata', { xml });

it('reads metadata by text, with the end of its certificate', async () => {
  const { status, body } = await read(metadata);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    issuer: 'urn:idp',
    saml: { ssoUrl: 'https://idp.example/sso', sloUrl: 'https://idp.example/slo', certificates: [certificate] },
    certificates: [{ notAfter: '2036-01-01T00:00:00.000Z' }],
  });
});

it.each([
  ['no certificate', metadata.replace(/<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s, ''), 'KeyDescriptor'],
  ['no use', metadata.replace(' use="signing"', ''), 'KeyDescriptor'],
  ['for encryption only', metadata.replace('use="signing"', 'use="encryption"'), 'KeyDescriptor'],
  ['a key without certificate', metadata.replace(/<ds:X509Data>.*?<\/ds:X509Data>/s, ''), 'KeyDescriptor'],
  ['a certificate that is none', metadata.replace(certificate, 'AAAA'), 'X509Certificate'],
  ['DTD', `<!DOCTYPE x>${metadata}`, 'DOCTYPE'],
  ['entity bomb', `<!DOCTYPE x [<!ENTITY a "aa">]>${metadata}`, 'DOCTYPE'],
  ['http endpoint', metadata.replaceAll('https://idp.example/sso', 'http://idp.example/sso'), 'SingleSignOnService'],
  ['script endpoint', metadata.replaceAll('https://idp.example/sso', 'javascript:alert(1)'), 'SingleSignOnService'],
  ['no endpoint', metadata.replaceAll(/<md:SingleSignOnService[^>]*>/g, ''), 'SingleSignOnService'],
  ['no entityID', metadata.replace('entityID="urn:idp"', 'entityID=""'), 'EntityDescriptor'],
  ['a collection', metadata.replaceAll('EntityDescriptor', 'EntitiesDescriptor'), 'EntitiesDescriptor'],
  ['a service provider', metadata.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'), 'IDPSSODescriptor'],
  ['no XML', 'hello', 'document'],
])('refuses metadata: %s, and names the element', async (_, xml, element) => {
  const { status, body } = await read(xml);
  expect(status).toBe(422);
  expect(body.errors[0].field).toBe('metadata');
  expect(body.errors.map(({ message }: { message: string }) => message).join()).toContain(element);
});

it.each([
  'http://idp.example/m',
  'https://127.0.0.1/m',
  'https://[::1]/m',
  'https://169.254.169.254/m',
  'ftp://x/',
  'x',
])('fetches no metadata from %s', async (url) => {
  const { status, body } = await admin.send('POST', '/identity-providers/metadata', { url });
  expect([status, body.errors[0].field]).toEqual([422, 'metadata']);
});

it('follows no redirect, and reads from an address', async () => {
  const server = createServer((request, response) => {
    if (request.url === '/away') response.writeHead(302, { location: '/metadata' }).end();
    else response.end(metadata);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const origin = `http://idp.gatehouse.localhost:${(server.address() as AddressInfo).port}`;
  const send = (path: string) => admin.send('POST', '/identity-providers/metadata', { url: origin + path });
  expect((await send('/metadata')).status).toBe(200);
  expect((await send('/away')).status).toBe(422);
  await new Promise((done) => server.close(done));
});

it('stores a SAML provider, names every bad field, and keeps one in use', async () => {
  const saml = { ssoUrl: 'https://idp.example/sso', certificates: [certificate] };
  const good = { id: 'corp', name: 'Corp', type: 'saml', issuer: 'urn:idp', saml };
  const bad = { ...good, emailDomains: ['@x'], saml: { ssoUrl: 'http://idp.example/sso', certificates: ['AAAA'] } };
  const refused = await admin.send('POST', '/identity-providers', bad);
  expect(refused.status).toBe(422);
  expect(refused.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'emailDomains[0]',
    'saml.ssoUrl',
    'saml.certificates[0]',
  ]);
  expect((await admin.send('POST', '/identity-providers', good)).status).toBe(201);
  const twice = await admin.send('POST', '/identity-providers', { ...good, id: 'again' });
  expect(twice.body.errors).toMatchObject([{ field: 'issuer' }]);
  const app = { id: 'crm', name: 'CRM', domains: [{ host: 'crm.example.com' }], identityProviders: ['corp'] };
  const client = { entityId: 'urn:crm', acsUrls: ['https://crm.example.com/acs'] };
  const away = { ...client, acsUrls: ['https://evil.example/acs'] };
  const foreign = await admin.send('POST', '/apps', { ...app, identityProviders: ['none'], samlClient: away });
  expect(foreign.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'identityProviders[0]',
    'samlClient.acsUrls[0]',
  ]);
  expect((await admin.send('POST', '/apps', { ...app, samlClient: client })).status).toBe(201);
  const used = await admin.send('DELETE', '/identity-providers/corp', undefined, { 'if-match': '"1"' });
  expect([used.status, used.body.usedBy]).toMatchObject([409, [{ type: 'app', id: 'crm' }]]);
});
