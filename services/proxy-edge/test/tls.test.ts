// The TLS listener: leaves by the local CA per host, HTTP/2 and HTTP/1.1 on one port.
import 'reflect-metadata';
import { createHash, randomBytes, webcrypto } from 'node:crypto';
import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTls } from 'node:tls';
import * as x509 from '@peculiar/x509';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { navigation, untagged } from './client.ts';
import { publicHost, startWorld, type World } from './world.ts';

const file = randomBytes(2_000_000);
let world: World;
let ca = '';

async function newCa() {
  x509.cryptoProvider.set(webcrypto as Crypto);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Test CA',
    keys: keys as CryptoKeyPair,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', (keys as CryptoKeyPair).privateKey));
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  return { certificate: certificate.toString('pem'), key };
}

beforeAll(async () => {
  const made = await newCa();
  ca = made.certificate;
  world = await startWorld({
    policies: [],
    tls: { HTTPS_PORT: '0', CA_CERT: ca, CA_KEY: made.key },
    app: (request, response) => {
      if (request.url === '/file.bin')
        return void response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(file);
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(`<a href="http://${request.headers.host}/x">${request.headers.cookie}</a>`);
    },
  });
});
afterAll(() => world?.stop());

function ask(path: string, headers: Record<string, string>, leaveAfter = Number.POSITIVE_INFINITY) {
  const session = connectHttp2(`https://127.0.0.1:${world.tlsPort}`, { ca, servername: publicHost });
  return new Promise<{ status: number; bytes: Buffer }>((resolve, reject) => {
    session.on('error', reject);
    const stream = session.request({ ...headers, ':path': path, ':authority': `${publicHost}:${world.tlsPort}` });
    let status = 0;
    const chunks: Buffer[] = [];
    stream.on('response', (answer) => {
      status = Number(answer[':status']);
    });
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      if (Buffer.concat(chunks).length > leaveAfter) session.destroy();
    });
    stream.on('error', reject);
    stream.on('close', () => {
      session.close();
      resolve({ status, bytes: Buffer.concat(chunks) });
    });
    stream.end();
  });
}

it('serves pages over HTTP/2 with mapped origins, the edge cookie cut from its crumbs', async () => {
  const { cookie } = await world.newSession();
  const { status, bytes } = await ask('/', { ...navigation, cookie: `${cookie}; a=1` });
  expect(status).toBe(200);
  expect(untagged(bytes.toString())).toBe(`<a href="https://${publicHost}:${world.tlsPort}/x">a=1</a>`);
});

it('delivers files over HTTP/2 and survives a client that leaves', async () => {
  const { cookie } = await world.newSession();
  await ask('/file.bin', { ...navigation, cookie }, 10_000).catch(() => undefined);
  const { bytes } = await ask('/file.bin', { ...navigation, cookie });
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(createHash('sha256').update(file).digest('hex'));
  const delivered = () => world.activities.filter(({ activityType }) => activityType === 'download');
  const end = Date.now() + 5000;
  while (delivered().length < 2 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(
    delivered()
      .map(({ bytesDown }) => bytesDown === file.length)
      .sort(),
  ).toEqual([false, true]);
});

it('refuses an HTTP/2 host that is not the authority', async () => {
  const { cookie } = await world.newSession();
  const { status } = await ask('/', { ...navigation, cookie, host: 'other.example' });
  expect(status).toBe(400);
});

it.each([
  [publicHost, publicHost],
  ['login.gatehouse.localhost', 'login.gatehouse.localhost'],
  ['stranger.example.com.gatehouse.localhost', 'gatehouse.localhost'],
])('shows %s a leaf for %s', async (servername, subject) => {
  const names = await new Promise<string | undefined>((resolve, reject) => {
    const socket = connectTls(
      { host: '127.0.0.1', port: world.tlsPort, servername, ca, checkServerIdentity: () => undefined },
      () => {
        resolve(socket.getPeerCertificate().subjectaltname);
        socket.destroy();
      },
    );
    socket.on('error', reject);
  });
  expect(names).toContain(`DNS:${subject}`);
});

it('has no old protocol', async () => {
  const code = await new Promise<string>((resolve) => {
    const socket = connectTls({
      host: '127.0.0.1',
      port: world.tlsPort,
      servername: publicHost,
      ca,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
    });
    socket.on('secureConnect', () => resolve('connected'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
  expect(code).not.toBe('connected');
});
