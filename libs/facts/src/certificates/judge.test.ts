import {
  issueCertificate,
  makeAuthority,
  makeRevocationList,
  type TestAuthority,
} from '@gatehouse/testkit/certificates';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { knownAuthorities, readAuthority } from './authority.ts';
import { readCertificate } from './certificate.ts';
import { judgeDevice, standingAuthorities } from './judge.ts';
import { readRevocationList } from './revocation-list.ts';
import { standingOf } from './standing.ts';

const now = Date.now();
const setting = (authority: { pem: string }, more: object = {}) => ({
  ...{ id: 'a', name: 'A', certificate: authority.pem, crlAllowPrivate: [], enabled: true },
  ...{ requireRevocationCheck: false, requireUserName: false, ...more },
});
const judge = async (presented: readonly Uint8Array[], settings: ReturnType<typeof setting>[]) =>
  judgeDevice(presented, {
    authorities: await knownAuthorities(settings),
    revocations: new Map(),
    now,
    user: 'mia@acme.example',
  });

let root: TestAuthority;
beforeAll(async () => {
  root = await makeAuthority('Root');
});

describe('judgeDevice', () => {
  it('is valid when a known authority has issued it', async () => {
    const leaf = await issueCertificate(root);
    expect(await judge([leaf.der], [setting(root)])).toMatchObject({
      type: 'valid',
      authority: 'A',
      certificate: { serial: leaf.serial, issued: [{ serial: leaf.serial }] },
    });
  });

  it('is valid through an intermediate that the browser sent', async () => {
    const middle = await makeAuthority('Middle', { issuer: root, pathLength: 0 });
    const leaf = await issueCertificate(middle);
    const judged = await judge([leaf.der, middle.der], [setting(root)]);
    expect(judged.type === 'valid' && judged.certificate.issued.map(({ serial }) => serial)).toEqual([
      leaf.serial,
      middle.serial,
    ]);
  });

  it('is valid under an uploaded intermediate alone, and finds the right one of two with the same name', async () => {
    const twin = await makeAuthority('Middle', { issuer: root });
    const middle = await makeAuthority('Middle', { issuer: root });
    const leaf = await issueCertificate(middle);
    expect((await judge([leaf.der], [setting(twin), setting(middle)])).type).toBe('valid');
  });

  it('nothing presented is no refusal', async () => {
    expect(await judge([], [setting(root)])).toEqual({ type: 'none' });
  });

  it('names the user where the authority wants it', async () => {
    const hers = await issueCertificate(root, 'x', { email: 'Mia@acme.example' });
    expect((await judge([hers.der], [setting(root, { requireUserName: true })])).type).toBe('valid');
  });
});

test('standing: expiry, a removed authority and a revoked serial end it', async () => {
  const leaf = await issueCertificate(root);
  const judged = await judge([leaf.der], [setting(root)]);
  if (judged.type !== 'valid') throw new Error('not valid');
  const authorities = standingAuthorities(await knownAuthorities([setting(root)]));
  const { thumbprint } = (await readCertificate(root.der))!;
  const list = { thisUpdate: '', nextUpdate: new Date(now + 1000).toISOString(), revoked: [leaf.serial] };
  const standing = (at: number, known = authorities, revoked = new Map()) =>
    standingOf(judged.certificate, known, revoked, at)?.reason;
  expect(standing(now)).toBeUndefined();
  expect(standing(now + 400 * 86_400_000)).toBe('CERT_EXPIRED');
  expect(standing(now, new Map())).toBe('CERT_UNTRUSTED');
  expect(standing(now, authorities, new Map([[thumbprint, { list }]]))).toBe('CERT_REVOKED');
  expect(standing(now + 5000, authorities, new Map([[thumbprint, { list }]]))).toBe('CERT_REVOKED');
});

test('a list with 20,000 serials is read whole', async () => {
  const revoked = Array.from({ length: 20_000 }, (_, at) => `1${at.toString(16).padStart(31, '0')}`);
  const reading = await readRevocationList(
    await makeRevocationList(root, { revoked }),
    (await readCertificate(root.der))!,
    now,
  );
  expect(reading.type === 'list' && reading.list.revoked).toEqual(revoked);
});

describe('readAuthority', () => {
  it('takes an authority', async () => {
    expect((await readAuthority(root.pem, now)).type).toBe('authority');
  });

  it.each([
    ['a private key', async () => root.pem + root.keyPem, 'private key'],
    ['no PEM', async () => 'hello', 'PEM'],
    ['a bad block', async () => '-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----', 'PEM'],
    ['two certificates', async () => root.pem + root.pem, 'several'],
    ['a device', async () => (await issueCertificate(root)).pem, 'authority'],
    ['an expired one', async () => (await makeAuthority('Old', { notAfter: new Date(now - 1000) })).pem, 'expired'],
  ])('refuses %s', async (_, pem, words) => {
    const reading = await readAuthority(await pem(), now);
    expect(reading).toMatchObject({ type: 'refused', problem: expect.stringContaining(words) });
  });
});
