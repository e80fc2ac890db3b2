// An edge before a real app, with real NATS; the PDP is the policy core behind its real subject, the scanner a stub.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Activity, activityRecorded } from '@gatehouse/contracts/activity';
import { type Catalogue, catalogueBucket, catalogueSchema } from '@gatehouse/contracts/catalogue';
import { type DecisionRequest, decisionEvaluate } from '@gatehouse/contracts/decision';
import { type InspectionResult, inspectionOpen } from '@gatehouse/contracts/inspection';
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import type { Session } from '@gatehouse/contracts/session';
import { sessionRedeem } from '@gatehouse/contracts/session-control';
import { connect } from '@gatehouse/messaging/messaging';
import { compile } from '@gatehouse/policy/compile';
import { evaluate } from '@gatehouse/policy/evaluate';
import { newSnapshotKeys, putSnapshot } from '@gatehouse/testkit/signed-snapshot';
import { type StoredSession, storeSession } from '@gatehouse/testkit/stored-session';
import { startNats } from '@gatehouse/testkit/world';
import { pino } from 'pino';
import type { z } from 'zod';
import { config } from '../src/config.ts';
import { startHttp, startHttps } from '../src/listeners.ts';
import { createEdge } from '../src/proxy-edge.module.ts';

export const suffix = 'gatehouse.localhost';
export const realHost = 'files.acme.localhost';
export const publicHost = `${realHost}.${suffix}`;
const keys = newSnapshotKeys();
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** A stored session policy for downloads, high severity, enabled. */
export function downloadPolicy(name: string, body: object): StoredPolicy {
  const policy = { kind: 'SessionPolicy', name, severity: 'high', controlType: 'monitorAndControlDownload', ...body };
  const at = '2026-01-01T00:00:00.000Z';
  return storedPolicySchema.parse({ id: name, version: 1, policy, createdAt: at, updatedAt: at, updatedBy: 'test' });
}

async function listen(handler: RequestListener) {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { server, port: (server.address() as AddressInfo).port, stop };
}

let versions = 0;

function catalogueOf(appPort: number, change: object, settingsChange: object = {}, rules: object = {}): Catalogue {
  const files = {
    id: 'files',
    name: 'Files',
    domains: [{ host: realHost, scheme: 'http', port: appPort }],
    allowPrivate: ['127.0.0.0/8'],
    ...change,
  };
  const other = {
    id: 'crm',
    name: 'CRM',
    domains: [{ host: 'crm.acme.localhost', scheme: 'http', port: 1 }],
    allowPrivate: ['127.0.0.0/8'],
  };
  const inside = {
    id: 'inside',
    name: 'Inside',
    domains: [{ host: 'inside.acme.localhost', scheme: 'http', port: appPort }],
  };
  const settings = { supportContact: 'help@acme.com', ...settingsChange };
  return catalogueSchema.parse({
    version: ++versions,
    apps: [files, other, inside],
    assignments: ['files', 'crm', 'inside'].map((app) => ({ id: app, app, everyone: true })),
    ipRanges: [],
    identityProviders: [],
    settings,
    ...rules,
  });
}

/** What a scanner says of a file: every `123-45-6789` is an instance of us-ssn. */
export function scanned(bytes: Buffer): InspectionResult {
  const instances = new Set(bytes.toString('latin1').match(/\d{3}-\d{2}-\d{4}/g)).size;
  const matches = instances > 0 ? [{ type: 'us-ssn', instances: { 65: instances, 75: instances, 85: instances } }] : [];
  const findings = instances > 0 ? [{ type: 'us-ssn', confidence: 85 as const, place: 'text', evidence: 'XXX' }] : [];
  const label = { state: 'none' as const, labels: [] };
  const measured = { size: bytes.length, sha256: sha256(bytes), detectedType: 'text/plain', scanMs: 1 };
  return { outcome: { status: 'complete' }, matches, findings, label, ...measured };
}

type Reply = (bytes: Buffer, response: ServerResponse) => unknown;

async function startScanner(url: string, reply: { current: Reply }) {
  const plane = await listen(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // The edge gave up on this inspection.
      return;
    }
    const answer = reply.current(Buffer.concat(chunks), response);
    if (answer === undefined) return void response.destroy();
    // Whoever says so answers by itself, or never.
    if (answer === 'later') return;
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  const messaging = await connect({ url, name: 'dlp-scanner' });
  messaging.serve(inspectionOpen, async () => ({
    url: `http://127.0.0.1:${plane.port}/inspect/${randomUUID()}`,
    token: randomBytes(32).toString('base64url'),
  }));
  return async () => {
    await messaging.close();
    await plane.stop();
  };
}

async function startPdp(url: string, policies: readonly StoredPolicy[], asked: DecisionRequest[]) {
  const messaging = await connect({ url, name: 'policy-decision' });
  const compiled = compile(policies);
  messaging.serve(decisionEvaluate, async (request) => {
    asked.push(request);
    const { decisionId } = request;
    return { decisionId, ...evaluate(compiled, request), snapshotVersion: 1 };
  });
  return () => messaging.close();
}

type Options = {
  policies: readonly StoredPolicy[];
  app: RequestListener;
  appChange?: object;
  tls?: object;
  settings?: object;
};

export type World = Awaited<ReturnType<typeof startWorld>>;

/** Everything started; `handler` is the real app. */
export async function startWorld(options: Options) {
  const nats = await startNats();
  const app = await listen(options.app);
  const signIn = await listen((request, response) =>
    response.end(JSON.stringify({ url: request.url, headers: request.headers })),
  );
  const test = await connect({ url: nats.url, name: 'test' });
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-edge-'));
  const catalogue = catalogueOf(app.port, options.appChange ?? {});
  await (await test.bucket(catalogueBucket)).put('current', catalogue);
  const asked: DecisionRequest[] = [];
  const reply: { current: Reply } = { current: scanned };
  const running = {
    pdp: await startPdp(nats.url, options.policies, asked),
    scanner: await startScanner(nats.url, reply),
  };
  const activities: Activity[] = [];
  await test.consume(activityRecorded, 'activity-log', async (activity) => void activities.push(activity));
  const redeemed: object[] = [];
  type Redeemed = z.infer<typeof sessionRedeem.output>;
  const redeem: { current: (asked: { code: string; host: string }) => Promise<Redeemed> } = {
    current: async ({ code }) =>
      code === 'good' ? { type: 'redeemed', ticket: 'the.ticket', returnTo: '/a?x=1' } : { type: 'refused' },
  };
  test.serve(sessionRedeem, (asked) => {
    redeemed.push(asked);
    return redeem.current(asked);
  });
  const messaging = await connect({ url: nats.url, name: 'proxy-edge' });
  const settings = config.parse({
    SUFFIX: suffix,
    HTTP_PORT: '0',
    SIGN_IN_URL: `http://127.0.0.1:${signIn.port}`,
    SPOOL_DIR: folder,
    SPOOL_QUOTA_BYTES: '4194304',
    ALLOW_LOCALHOST: 'true',
    SNAPSHOT_PUBLIC_KEY: keys.publicPem,
    ...options.tls,
    ...options.settings,
  });
  const edge = await createEdge(settings, pino({ level: process.env.EDGE_LOG ?? 'silent' }), messaging);
  const http = await startHttp(edge, 0);
  const https = options.tls ? await startHttps(edge, 0) : undefined;
  return {
    nats,
    app,
    edge,
    asked,
    activities,
    redeemed,
    redeem,
    folder,
    messaging: test,
    port: http.port,
    tlsPort: https?.port ?? 0,
    newSession: (change: Partial<Session> = {}) => storeSession(test, change),
    publishSnapshot: (issuedAt = new Date(), policies = options.policies) =>
      putSnapshot(test, keys, policies, issuedAt),
    async stopPdp() {
      await running.pdp();
    },
    async startPdp() {
      running.pdp = await startPdp(nats.url, options.policies, asked);
    },
    async stopScanner() {
      await running.scanner();
    },
    async startScanner() {
      running.scanner = await startScanner(nats.url, reply);
    },
    /** Publishes the catalogue anew and waits until the edge has it. */
    async change(change: { app?: object; settings?: object; rules?: object }) {
      const next = catalogueOf(app.port, { ...options.appChange, ...change.app }, change.settings, change.rules);
      await (await test.bucket(catalogueBucket)).put('current', next);
      while (edge.catalogue.version() !== next.version) await new Promise((resolve) => setTimeout(resolve, 10));
    },
    scannerSays: (answer: Reply) => {
      reply.current = answer;
    },
    async stop() {
      await Promise.all([http.close(), https?.close()]);
      await edge.activities.stop();
      edge.upstream.close();
      await Promise.all([running.pdp(), running.scanner(), messaging.close(), test.close()]);
      await Promise.all([app.stop(), signIn.stop()]);
      await nats.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type TestSession = StoredSession;
