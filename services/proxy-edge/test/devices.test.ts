// The device host on the public port, and what a revoked certificate does to a session under way.

import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { catalogueBucket, catalogueSchema } from '@gatehouse/contracts/catalogue';
import { deviceJudge, revocationsBucket } from '@gatehouse/contracts/device';
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import { readCertificate } from '@gatehouse/facts/certificates/certificate';
import { type Issued, issueCertificate, makeAuthority, type TestAuthority } from '@gatehouse/testkit/certificates';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, navigation, script } from './client.ts';
import { publicHost, startWorld, suffix, type World } from './world.ts';

const id = 'a-check-that-sign-in-began-0123456789abcdefg';
const deviceHost = `device.${suffix}`;
let world: World;
let tlsAuthority: TestAuthority;
let devices: TestAuthority;
let laptop: Issued;
const judged: { check: string; certificates: string[] }[] = [];
const seenUpstream: string[] = [];

beforeAll(async () => {
  [tlsAuthority, devices] = [await makeAuthority('TLS', { pathLength: 0 }), await makeAuthority('Devices')];
  laptop = await issueCertificate(devices);
  const policy = {
    kind: 'AccessPolicy',
    name: 'Managed only',
    activity: [{ field: 'device.tags', operator: 'doesNotEqual', values: ['validClientCertificate'] }],
    action: { type: 'block' },
  };
  const stored = { id: 'p', version: 1, policy, createdAt: '', updatedAt: '', updatedBy: '' };
  world = await startWorld({
    policies: [storedPolicySchema.parse(stored)],
    tls: { HTTPS_PORT: '0', CA_CERT: tlsAuthority.pem, CA_KEY: tlsAuthority.keyPem },
    app: (request, response) => {
      seenUpstream.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'text/html' });
      if (request.url === '/endless') response.write('one');
      else response.end('<p>in</p>');
    },
  });
  const bucket = await world.messaging.bucket(catalogueBucket);
  const current = catalogueSchema.parse(await bucket.get('current'));
  const deviceAuthorities = [{ id: 'acme', name: 'Acme', certificate: devices.pem, requireRevocationCheck: false }];
  await bucket.put('current', { ...current, version: current.version + 1, deviceAuthorities });
  await vi.waitFor(() => expect(world.edge.devices.certificates()).toEqual([devices.pem]));
  world.messaging.serve(deviceJudge, async (asked) => {
    judged.push(asked);
    return asked.check === id ? { type: 'judged' as const, code: 'the-code' } : { type: 'refused' as const };
  });
});
afterAll(() => world?.stop());

const tls = (servername: string, more: object = {}) => ({
  ...{ host: '127.0.0.1', port: world.tlsPort, ca: tlsAuthority.pem, servername, ...more },
});
const identity = () => ({ cert: laptop.pem, key: laptop.keyPem });

function get(
  path: string,
  host: string,
  options: object,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest({ ...options, path, agent: false, headers: { host: `${host}:${world.tlsPort}` } });
    sent.on('response', (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    sent.on('error', reject).end();
  });
}

describe('device host', () => {
  it('hands over what the browser presented and sends it back to sign-in, then closes', async () => {
    const answer = await get(`/check?id=${id}`, deviceHost, tls(deviceHost, identity()));
    expect(answer.status).toBe(303);
    expect(answer.headers).toMatchObject({
      location: `https://login.${suffix}:${world.tlsPort}/device/return?id=${id}&code=the-code`,
      connection: 'close',
      'cache-control': 'no-store',
    });
    const handed = judged.at(-1)?.certificates.map((text) => Buffer.from(text, 'base64'));
    expect(handed?.[0]?.equals(Buffer.from(laptop.der))).toBe(true);
  });

  it('goes on without a certificate, and with one of a stranger: sign-in judges', async () => {
    expect((await get(`/check?id=${id}`, deviceHost, tls(deviceHost))).status).toBe(303);
    expect(judged.at(-1)?.certificates).toEqual([]);
    const stranger = await issueCertificate(await makeAuthority('Stranger'));
    const shown = { cert: stranger.pem, key: stranger.keyPem };
    expect((await get(`/check?id=${id}`, deviceHost, tls(deviceHost, shown))).status).toBe(303);
    expect(judged.at(-1)?.certificates).toHaveLength(1);
  });

  it('answers 421 to other authorities there and to its name elsewhere', async () => {
    expect((await get('/', publicHost, tls(deviceHost, identity()))).status).toBe(421);
    expect((await get(`/check?id=${id}`, deviceHost, tls(publicHost, identity()))).status).toBe(421);
    const session = connectHttp2(`https://127.0.0.1:${world.tlsPort}`, {
      ca: tlsAuthority.pem,
      servername: publicHost,
    });
    const stream = session.request({ ':path': `/check?id=${id}`, ':authority': `${deviceHost}:${world.tlsPort}` });
    const status = await new Promise((resolve) => stream.on('response', (answer) => resolve(answer[':status'])));
    session.destroy();
    expect(status).toBe(421);
  });

  it('answers nothing else', async () => {
    const before = judged.length;
    for (const path of ['/', '/check', '/check?id=x', `/other?id=${id}`])
      expect((await get(path, deviceHost, tls(deviceHost))).status).toBe(404);
    expect(judged).toHaveLength(before);
    expect((await get(`/check?id=${'z'.repeat(43)}`, deviceHost, tls(deviceHost))).status).toBe(403);
  });

  it('never resumes a connection', async () => {
    const sessions: Buffer[] = [];
    const once = (session?: Buffer) =>
      new Promise<boolean>((resolve, reject) => {
        const socket: TLSSocket = connectTls({ ...tls(deviceHost, identity()), ...(session ? { session } : {}) });
        socket.on('session', (made) => sessions.push(made)).on('error', reject);
        socket.on('data', () => undefined);
        socket.on('end', () => resolve(socket.isSessionReused()));
        socket.write(`GET / HTTP/1.1\r\nhost: ${deviceHost}\r\n\r\n`);
      });
    await once();
    expect(await once(sessions.at(-1))).toBe(false);
    expect(await once(sessions.at(-1))).toBe(false);
  });

  it('takes a hello that arrives byte by byte, and drops what is no TLS', async () => {
    const slow = connectTcp(world.tlsPort, '127.0.0.1').setNoDelay();
    const write = slow.write.bind(slow);
    let first = true;
    slow.write = ((bytes: Buffer, ...rest: never[]) => {
      if (!first || !Buffer.isBuffer(bytes)) return write(bytes, ...rest);
      first = false;
      for (const byte of bytes.subarray(0, 40)) write(Buffer.from([byte]));
      return write(bytes.subarray(40), ...rest);
    }) as typeof slow.write;
    const secured = connectTls({ ...tls(deviceHost), socket: slow });
    await new Promise((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject));
    secured.destroy();
    const plain = connectTcp(world.tlsPort, '127.0.0.1');
    plain.on('error', () => undefined).write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => plain.once('close', resolve).resume());
  });
});

describe('a session with a certificate', () => {
  async function newSession() {
    const { thumbprint } = (await readCertificate(devices.der))!;
    const leaf = (await readCertificate(laptop.der))!;
    const certificate = {
      ...{ issuer: leaf.issuer, serial: leaf.serial, thumbprint: leaf.thumbprint },
      notAfter: new Date(leaf.notAfter).toISOString(),
      issued: [{ authority: thumbprint, serial: leaf.serial }],
    };
    return { ...(await world.newSession({ deviceTags: ['validClientCertificate'], certificate })), thumbprint };
  }

  it('loses its tag, its streams and its access within 5 s of the revocation', async () => {
    const { cookie, thumbprint, session } = await newSession();
    const { sessionId } = session;
    expect((await ask(world.port, '/before', { cookie })).status).toBe(200);
    const stream = ask(world.port, '/endless', { cookie }).then(
      () => 'ended',
      () => 'cut',
    );
    await expect.poll(() => seenUpstream).toContain('/endless');
    const bucket = await world.messaging.bucket(revocationsBucket);
    const now = Date.now();
    const list = { thisUpdate: new Date(now).toISOString(), nextUpdate: new Date(now + 3600_000).toISOString() };
    await bucket.put(thumbprint, { checkedAt: list.thisUpdate, list: { ...list, revoked: [laptop.serial] } });
    expect(await stream).toBe('cut');
    const after = await ask(world.port, '/after', { cookie, headers: navigation });
    expect(Date.now() - now).toBeLessThan(5000);
    expect([after.status, after.text]).toEqual([403, expect.stringContaining('managed devices')]);
    const fetched = await ask(world.port, '/api', { cookie, headers: script });
    expect([fetched.status, JSON.parse(fetched.text).title]).toEqual([403, 'Access restricted']);
    expect(seenUpstream).not.toContain('/after');
    expect(seenUpstream).not.toContain('/api');
    const find = () => world.activities.find((each) => each.sessionId === sessionId && each.appliedAction === 'block');
    await expect.poll(find).toBeDefined();
    expect(find()).toMatchObject({ certificateReason: 'CERT_REVOKED', deviceTags: [], reason: 'POLICY' });
    expect(find()?.cause).toContain('CERT_REVOKED');
    expect(find()?.trace[0]?.rows[0]).toMatchObject({ field: 'device.tags', note: 'CERT_REVOKED' });
    expect(
      world.activities.filter((each) => each.sessionId === sessionId && each.appliedAction === 'block'),
    ).toHaveLength(1);
  });

  it('keeps its access where the certificate of another device was revoked', async () => {
    const { cookie, thumbprint } = await newSession();
    const at = new Date().toISOString();
    const list = { thisUpdate: at, nextUpdate: new Date(Date.now() + 3600_000).toISOString(), revoked: ['ff'] };
    await (await world.messaging.bucket(revocationsBucket)).put(thumbprint, { checkedAt: at, list });
    await expect.poll(async () => (await ask(world.port, '/good', { cookie })).status).toBe(200);
    expect(seenUpstream).toContain('/good');
  });
});
