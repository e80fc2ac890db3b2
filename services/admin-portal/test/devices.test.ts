import { catalogueBucket } from '@gatehouse/contracts/catalogue';
import { revocationsBucket } from '@gatehouse/contracts/device';
import { readCertificate } from '@gatehouse/facts/certificates/certificate';
import { issueCertificate, makeAuthority, type TestAuthority } from '@gatehouse/testkit/certificates';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, firstAdmin, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;
let authority: TestAuthority;

beforeAll(async () => {
  authority = await makeAuthority('Acme devices');
  portal = await startPortal();
  admin = await firstAdmin(portal);
});
afterAll(() => portal?.stop());

const add = (more: object) =>
  admin.send('POST', '/device-authorities', { id: 'acme', name: 'Acme', certificate: authority.pem, ...more });
const check = async (certificate: string, user?: string) =>
  admin.send('POST', '/device-authorities/check', { certificate, ...(user ? { user } : {}) });

it('stores an authority and publishes it', async () => {
  const created = await add({ crlUrl: 'http://crl.acme.example/devices.crl', requireRevocationCheck: true });
  expect([created.status, created.body.value.requireRevocationCheck]).toEqual([201, true]);
  const published = await (await portal.messaging.bucket(catalogueBucket)).get('current');
  expect(published?.deviceAuthorities).toMatchObject([{ id: 'acme', certificate: authority.pem }]);
});

it('refuses a key, a device, an expired authority and a second copy, all faults at once, and stores nothing', async () => {
  const withKey = await add({
    id: 'x',
    certificate: authority.pem + authority.keyPem,
    crlAllowPrivate: ['10.0.0.0/33'],
  });
  expect(withKey.status).toBe(422);
  expect(withKey.body.errors.map(({ field }: { field: string }) => field)).toEqual([
    'certificate',
    'crlAllowPrivate[0]',
  ]);
  expect(withKey.body.errors[0].message).toContain('private key');
  expect(withKey.text).not.toContain(authority.keyPem.split('\n')[1]);
  for (const [certificate, words] of [
    [(await issueCertificate(authority)).pem, 'authority'],
    [(await makeAuthority('Old', { notAfter: new Date(Date.now() - 1000) })).pem, 'expired'],
    [authority.pem, 'Acme'],
  ] as const) {
    const reply = await add({ id: 'x', certificate });
    expect([reply.status, reply.body.errors[0].field]).toEqual([422, 'certificate']);
    expect(reply.body.errors[0].message).toContain(words);
  }
  const audit = (await admin.send('GET', '/audit?limit=50')).text;
  expect(audit).not.toContain('PRIVATE KEY');
  expect((await admin.send('GET', '/device-authorities')).body.items).toHaveLength(1);
});

it('says of a certificate whether it gives the tag and why not, by what is known of revocation', async () => {
  const laptop = await issueCertificate(authority, 'laptop');
  expect((await check(laptop.pem)).body).toMatchObject({ tagged: false, reason: 'CERT_CRL_UNAVAILABLE' });
  const list = (revoked: string[]) => ({
    checkedAt: new Date().toISOString(),
    list: { thisUpdate: new Date().toISOString(), nextUpdate: new Date(Date.now() + 3600_000).toISOString(), revoked },
  });
  const bucket = await portal.messaging.bucket(revocationsBucket);
  const { thumbprint } = (await readCertificate(authority.der))!;
  await bucket.put(thumbprint, list([]));
  expect((await check(laptop.pem)).body).toMatchObject({ tagged: true, authority: 'Acme', serial: laptop.serial });
  await bucket.put(thumbprint, list([laptop.serial]));
  expect((await check(laptop.pem)).body).toMatchObject({ tagged: false, reason: 'CERT_REVOKED' });
  const { states } = (await admin.send('GET', '/device-authority-states')).body;
  expect(states).toMatchObject([{ id: 'acme', subject: 'CN=Acme devices', crl: { state: 'current', revoked: 1 } }]);
  const stranger = await issueCertificate(await makeAuthority('Acme devices'));
  expect((await check(stranger.pem)).body).toMatchObject({ tagged: false, reason: 'CERT_UNTRUSTED' });
  expect((await check(laptop.pem + laptop.keyPem)).status).toBe(422);
  expect((await check('nothing')).body.errors[0].field).toBe('certificate');
});
