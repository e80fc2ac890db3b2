// A whole edge for tests: real NATS, a real app behind it, and a PDP and a scanner that can be taken away.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Activity, activityRecorded } from '@gatehouse/contracts/activity';
import { catalogueBucket, catalogueSchema } from '@gatehouse/contracts/catalogue';
import { type DecisionAnswer, decisionEvaluate } from '@gatehouse/contracts/decision';
import { type InspectionResult, inspectionOpen } from '@gatehouse/contracts/inspection';
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { compile } from '@gatehouse/policy/compile';
import { evaluate } from '@gatehouse/policy/evaluate';
import { freePort } from '@gatehouse/testkit/free-port';
import { putSnapshot, type SnapshotKeys } from '@gatehouse/testkit/signed-snapshot';
import { startNats } from '@gatehouse/testkit/world';
import { pino } from 'pino';
import { config } from '../src/config.ts';
import { startHttp } from '../src/listeners.ts';
import { createEdge } from '../src/proxy-edge.module.ts';

export const appHost = 'files.acme.localhost';
export const suffix = 'gatehouse.localhost';
export const secret = 'UPSTREAM-BYTES-OF-Q3';
export const allowedFile = randomBytes(300_000);
export const ssn = '536-22-8745';

const sessionPolicy = (name: string, rest: object) => ({
  kind: 'SessionPolicy',
  name,
  controlType: 'monitorAndControlDownload',
  activity: [{ field: 'app', operator: 'equals', values: ['files'] }],
  ...rest,
});
const extension = (value: string) => [{ field: 'file.extension', operator: 'equals', values: [value] }];

const policies = [
  sessionPolicy('No xls', {
    files: extension('xls'),
    action: { type: 'block', message: 'No <b>{fileName}</b> for you' },
  }),
  sessionPolicy('No SSN', {
    files: extension('csv'),
    inspection: { types: [{ id: 'us-ssn' }] },
    action: { type: 'block' },
  }),
].map((policy, at) =>
  storedPolicySchema.parse({ id: `p${at}`, version: 1, policy, createdAt: '', updatedAt: '', updatedBy: 'test' }),
);

export type Reply = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: Buffer };
export type Asked = {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly host?: string;
};

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));

/** The app: a page, files, an echo socket. */
export function startApp(): {
  server: Server;
  port: Promise<number>;
  seen: { url: string; headers: IncomingHttpHeaders }[];
} {
  const seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  const attachment = (name: string) => ({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${name}"`,
  });
  const server = createServer((incoming, response) => {
    const url = incoming.url ?? '/';
    seen.push({ url, headers: incoming.headers });
    const { port } = server.address() as AddressInfo;
    if (url === '/page') {
      response.writeHead(200, { 'content-type': 'text/html' });
      return response.end(`<a href="http://${appHost}:${port}/next">next</a>`);
    }
    const name = url.slice(1).replace(/\?.*/, '');
    if (name === 'allowed.bin') return response.writeHead(200, attachment(name)).end(allowedFile);
    if (name === 'Q3.xls') return response.writeHead(200, attachment(name)).end(secret.repeat(500));
    if (name === 'part.xls') return response.writeHead(206, attachment(name)).end(secret);
    if (name === 'people.csv') return response.writeHead(200, attachment(name)).end(`name,ssn\nAnn,${ssn}\n`);
    if (name === 'clean.csv') return response.writeHead(200, attachment(name)).end('name\nAnn\n');
    if (name === 'reset') return response.destroy();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  return { server, port: listening(server), seen };
}

/** Answers like the PDP; `twist` bends the answer. */
export async function startPdp(
  url: string,
  twist: (answer: DecisionAnswer) => DecisionAnswer = (a) => a,
): Promise<Messaging> {
  const messaging = await connect({ url, name: `pdp-${randomUUID().slice(0, 8)}` });
  const compiled = compile(policies);
  messaging.serve(decisionEvaluate, async (asked) => {
    const { decisionId } = asked;
    const evaluation = evaluate(compiled, asked);
    const whole: DecisionAnswer =
      evaluation.type === 'needs'
        ? { ...evaluation, decisionId }
        : { ...evaluation, decisionId, stale: false, snapshotVersion: 0, evaluationMs: 1 };
    return twist(whole);
  });
  // An answer over this connection comes after the server knows the subscription.
  await (await messaging.bucket(catalogueBucket)).get('current');
  return messaging;
}

/** Finds one kind of thing, as the scanner would answer. */
export async function startScanner(url: string): Promise<{ stop(): Promise<void> }> {
  const messaging = await connect({ url, name: `scanner-${randomUUID().slice(0, 8)}` });
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const hit = bytes.includes(ssn);
    const result: InspectionResult = {
      outcome: { status: 'complete' },
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      detectedType: 'text/plain',
      matches: hit ? [{ type: 'us-ssn', instances: { 65: 1, 75: 1, 85: 1 } }] : [],
      findings: [],
      scanMs: 1,
    };
    response.end(JSON.stringify(result));
  });
  const port = await listening(server);
  messaging.serve(inspectionOpen, async () => ({ url: `http://127.0.0.1:${port}/`, token: 't'.repeat(32) }));
  return {
    async stop() {
      await messaging.close();
      server.close();
    },
  };
}

/** Signs and publishes the policies as of `ageMs` ago. */
export const publishPolicies = (messaging: Messaging, keys: SnapshotKeys, ageMs = 0): Promise<void> =>
  putSnapshot(messaging, keys, policies, new Date(Date.now() - ageMs));

const catalogue = (port: number, deadPort: number) =>
  catalogueSchema.parse({
    version: 1,
    apps: [
      {
        id: 'files',
        name: 'Files',
        domains: [
          { host: appHost, scheme: 'http', port, connectTo: { host: '127.0.0.1', port } },
          {
            host: 'dead.acme.localhost',
            scheme: 'http',
            port: deadPort,
            connectTo: { host: '127.0.0.1', port: deadPort },
          },
          { host: 'inner.acme.localhost', scheme: 'http', port: 80, connectTo: { host: '10.0.0.1', port: 80 } },
        ],
        allowPrivate: ['127.0.0.0/8'],
      },
    ],
    assignments: [{ id: 'everyone', app: 'files', everyone: true }],
    ipRanges: [],
    identityProviders: [],
    settings: { supportContact: 'help@acme.example' },
  });

export async function startWorld(keys: SnapshotKeys) {
  const nats = await startNats();
  const app = startApp();
  const appPort = await app.port;
  const messaging = await connect({ url: nats.url, name: 'test' });
  await (await messaging.bucket(catalogueBucket)).put('current', catalogue(appPort, await freePort()));
  await publishPolicies(messaging, keys);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-edge-'));
  const port = await freePort();
  const values = config.parse({
    SUFFIX: suffix,
    HTTP_PORT: String(port),
    SIGN_IN_URL: 'http://127.0.0.1:9',
    SNAPSHOT_PUBLIC_KEY: keys.publicPem,
    SPOOL_DIR: join(folder, 'spool'),
  });
  const edgeMessaging = await connect({ url: nats.url, name: 'edge' });
  const edge = await createEdge(values, pino({ level: 'silent' }), edgeMessaging);
  const http = await startHttp(edge, port);
  const activities: Activity[] = [];
  await messaging.consume(activityRecorded, 'activity-log', async (activity) => void activities.push(activity));
  const publicHost = `${appHost}.${suffix}:${port}`;
  return {
    ...{ nats, app, appPort, messaging, edge, port, activities, publicHost },
    ask: (path: string, asked: Asked = {}) => ask(port, path, { host: publicHost, ...asked }),
    async stop() {
      await Promise.all([http.close(), edge.activities.stop()]);
      edge.upstream.close();
      app.server.closeAllConnections();
      app.server.close();
      await Promise.all([messaging.close(), edgeMessaging.close()]);
      await nats.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

function ask(port: number, path: string, { method = 'GET', headers = {}, host = '' }: Asked): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, agent: false, headers: { ...headers, host } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    sent.on('error', reject).end();
  });
}

/** Waits until `find` gives something. */
export async function eventually<T>(find: () => T | undefined, timeoutMs = 15_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (Date.now() > until) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
