// The device check of a login, and the revocation lists behind it, with real Postgres, NATS and endpoint.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deviceJudge, revocationsBucket } from '@gatehouse/contracts/device';
import { sessionsBucket } from '@gatehouse/contracts/session';
import { sessionRedeem } from '@gatehouse/contracts/session-control';
import { openSession, storeKey } from '@gatehouse/session/seal';
import { sealCryptoOf } from '@gatehouse/session/subtle-crypto';
import { parseTicket } from '@gatehouse/session/ticket';
import {
  type Issued,
  issueCertificate,
  makeAuthority,
  makeRevocationList,
  type TestAuthority,
} from '@gatehouse/testkit/certificates';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { Browser, loginOrigin, type Step, secureLoginOrigin } from './browser.ts';
import { accessPolicy, startWorld, until, type World } from './world.ts';

const filesHost = 'files.acme.localhost.gatehouse.localhost';
const unmanaged = accessPolicy('Managed devices only', [
  { field: 'device.tags', operator: 'doesNotEqual', values: ['compliant', 'domainJoined', 'validClientCertificate'] },
]);

let world: World;
let endpoint: Server;
let authority: TestAuthority;
let laptop: Issued;
let list: Buffer | undefined;

const settings = (more: object = {}) => ({
  deviceAuthorities: [{ id: 'acme', name: 'Acme devices', certificate: authority.pem, ...more }],
});
const crl = () => ({
  crlUrl: `http://crl.gatehouse.localhost:${(endpoint.address() as AddressInfo).port}/devices.crl`,
  crlAllowPrivate: ['127.0.0.0/8'],
  requireRevocationCheck: true,
});

async function use(change: object): Promise<void> {
  await world.publish(change);
  const wanted = JSON.stringify((change as ReturnType<typeof settings>).deviceAuthorities ?? []);
  await vi.waitFor(() => {
    const now = world.signIn.catalogue.current()?.deviceAuthorities ?? [];
    expect(now.map(({ id, crlUrl }) => [id, crlUrl])).toEqual(
      (JSON.parse(wanted) as { id: string; crlUrl?: string }[]).map(({ id, crlUrl }) => [id, crlUrl]),
    );
  });
}

beforeAll(async () => {
  authority = await makeAuthority('Acme devices');
  laptop = await issueCertificate(authority);
  endpoint = createServer((_, response) => void (list ? response.end(list) : response.writeHead(503).end()));
  await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
  world = await startWorld();
}, 120_000);
afterAll(async () => {
  endpoint.close();
  await world?.stop();
});
beforeEach(async () => {
  world.pdp.policies = [unmanaged];
  await world.publishSnapshot([unmanaged]);
  await use(settings());
});

const secure = (headers = {}) => new Browser(world.port, headers, secureLoginOrigin);
async function login(browser: Browser, device = 'unmanaged', origin = secureLoginOrigin): Promise<Step> {
  const query = new URLSearchParams({ app_host: `${filesHost}:8443`, return: '/a/b?x=1' });
  const form = await browser.open(`${origin}/start?${query}`);
  return browser.submit(form, { login: 'mia@acme.example', password: 'demo', device });
}
const checkOf = (step: Step) => new URL(step.url).searchParams.get('id') ?? '';

/** What the edge does at the device host; gives the way back. */
async function present(step: Step, ...shown: readonly Issued[]): Promise<string> {
  expect(new URL(step.url).origin).toBe('https://device.gatehouse.localhost:8443');
  const certificates = shown.map(({ der }) => Buffer.from(der).toString('base64'));
  const answer = await world.messaging.request(deviceJudge, { check: checkOf(step), certificates });
  if (answer.type !== 'judged') throw new Error('not judged');
  return `${secureLoginOrigin}/device/return?id=${checkOf(step)}&code=${answer.code}`;
}

async function sessionBehind(landing: Step) {
  const code = new URL(landing.url).searchParams.get('code') ?? '';
  const answer = await world.messaging.request(sessionRedeem, { code, host: filesHost });
  if (answer.type !== 'redeemed') throw new Error('refused');
  const ticket = parseTicket(answer.ticket)!;
  const crypto = sealCryptoOf(globalThis.crypto.subtle);
  const record = await (await world.messaging.bucket(sessionsBucket)).get(await storeKey(crypto, ticket.id));
  return record?.state === 'active' ? openSession(crypto, ticket, record.sealed) : undefined;
}

describe('a login that needs a certificate', () => {
  test('is admitted with one, and the session is bound to it', async () => {
    const browser = secure();
    const notice = await browser.open(await present(await login(browser), laptop));
    expect(notice.status).toBe(200);
    const session = await sessionBehind(await browser.submit(notice));
    expect(session).toMatchObject({
      deviceTags: ['validClientCertificate'],
      certificate: { serial: laptop.serial, issued: [{ serial: laptop.serial }] },
    });
    const row = await until(() => world.activities.find((each) => each.sessionId === session?.sessionId));
    expect(row.deviceTags).toEqual(['validClientCertificate']);
  });

  test.each([
    ['none', async () => [], undefined, 'showed no certificate'],
    [
      'an expired one',
      async () => [await issueCertificate(authority, 'x', { notAfter: new Date(Date.now() - 1000) })],
      'CERT_EXPIRED',
      'has expired',
    ],
    [
      "a stranger's",
      async () => [await issueCertificate(await makeAuthority('Acme devices'))],
      'CERT_UNTRUSTED',
      'not issued by your organisation',
    ],
  ] as const)('is refused with %s, and the page and the row say why', async (_, make, reason, words) => {
    const before = world.activities.length;
    const browser = secure();
    const page = await browser.open(await present(await login(browser), ...(await make())));
    expect([page.status, page.html]).toEqual([403, expect.stringContaining(words)]);
    const row = await until(() => world.activities.slice(before).find((each) => each.appliedAction === 'block'));
    expect(row.certificateReason).toBe(reason);
    if (reason) expect(row.trace[0]?.rows[0]?.note).toBe(reason);
  });

  test('is not asked where no policy could decide otherwise, or no authority is known', async () => {
    expect((await login(secure(), 'compliant')).status).toBe(200);
    await use({ deviceAuthorities: [] });
    expect((await login(secure())).status).toBe(403);
    await use(settings());
    await world.publishSnapshot([]);
    world.pdp.policies = [];
    await vi.waitFor(async () => expect((await login(secure())).status).toBe(200));
  });

  test('cannot show one over plain http, and the page says so', async () => {
    const page = await login(new Browser(world.port), 'unmanaged', loginOrigin);
    expect([page.status, page.html]).toEqual([403, expect.stringContaining('Use the https address')]);
  });
});

describe('attacks on the way back', () => {
  test("another user's check: the code is worth nothing in a browser that did not begin it", async () => {
    const victim = secure();
    const attacker = secure();
    const attackersCheck = await login(attacker);
    // The victim's browser is lured to the device host with the attacker's check, and shows its certificate.
    const back = await present(attackersCheck, laptop);
    expect((await victim.open(back)).status).toBe(403);
  });

  test('a code of one check does not end another, and none works twice', async () => {
    const browser = secure();
    const [first, second] = [await login(browser), await login(browser)];
    const code = new URL(await present(first, laptop)).searchParams.get('code');
    await present(second);
    expect((await browser.open(`${secureLoginOrigin}/device/return?id=${checkOf(second)}&code=${code}`)).status).toBe(
      403,
    );
    const cookies = new Map(browser.cookies.get('login.gatehouse.localhost'));
    const back = `${secureLoginOrigin}/device/return?id=${checkOf(first)}&code=${code}`;
    expect((await browser.open(back)).status).toBe(200);
    browser.cookies.set('login.gatehouse.localhost', cookies);
    expect((await browser.open(back)).status).toBe(403);
  });

  test('a check is judged once, and an unknown one never', async () => {
    const step = await login(secure());
    await present(step);
    const again = { check: checkOf(step), certificates: [Buffer.from(laptop.der).toString('base64')] };
    expect(await world.messaging.request(deviceJudge, again)).toEqual({ type: 'refused' });
    expect(await world.messaging.request(deviceJudge, { ...again, check: 'x'.repeat(43) })).toEqual({
      type: 'refused',
    });
  });

  test('a check that nobody judged is not passed', async () => {
    const browser = secure();
    const step = await login(browser);
    expect((await browser.open(`${secureLoginOrigin}/device/return?id=${checkOf(step)}&code=`)).status).toBe(403);
  });
});

describe('revocation', () => {
  const state = async () => {
    const known = [...world.signIn.devices.revocations.values()][0];
    return known?.problem ?? known?.list?.revoked.length;
  };

  test('between judgement and notice still counts, an older list does not bring the device back', async () => {
    list = await makeRevocationList(authority);
    await use(settings(crl()));
    await expect.poll(state, { timeout: 5000 }).toBe(0);
    const browser = secure();
    const notice = await browser.open(await present(await login(browser), laptop));
    expect(notice.status).toBe(200);
    const old = list;
    list = await makeRevocationList(authority, { revoked: [laptop.serial], thisUpdate: new Date() });
    await expect.poll(state, { timeout: 5000 }).toBe(1);
    const published = await world.messaging.bucket(revocationsBucket);
    const [key] = [...world.signIn.devices.revocations.keys()];
    expect((await published.get(key ?? ''))?.list?.revoked).toEqual([laptop.serial]);
    const refused = await browser.submit(notice);
    expect([refused.status, refused.html]).toEqual([403, expect.stringContaining('was revoked')]);
    list = old;
    await expect.poll(state, { timeout: 5000 }).toBe('older');
    const again = secure();
    expect((await again.open(await present(await login(again), laptop))).status).toBe(403);
  });

  test('an endpoint on a private address is not asked unless it is allowed', async () => {
    list = await makeRevocationList(authority, { thisUpdate: new Date() });
    await use(settings({ ...crl(), crlAllowPrivate: [] }));
    await expect.poll(state, { timeout: 5000 }).toBe('unreachable');
  });
});

test('the device page tells a user yes or no, and why', async () => {
  const browser = secure();
  expect((await browser.open(`${secureLoginOrigin}/device`)).html).toContain('Check this device');
  const fresh = await issueCertificate(authority);
  const yes = await browser.open(await present(await browser.open(`${secureLoginOrigin}/device/check`), fresh));
  expect(yes.html).toContain('This is a managed device');
  const no = await browser.open(await present(await browser.open(`${secureLoginOrigin}/device/check`)));
  expect([no.status, no.html]).toEqual([200, expect.stringContaining('does not count as managed')]);
  const plain = await new Browser(world.port).open(`${loginOrigin}/device`);
  expect(plain.html).toContain('Use the https address');
});
