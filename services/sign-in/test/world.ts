// Sign-in with real Postgres, NATS and identity provider; the PDP is the policy core behind its real subject.
import { generateKeyPairSync, sign } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Activity } from '@gatehouse/contracts/activity';
import { activityRecorded } from '@gatehouse/contracts/activity';
import { type Catalogue, catalogueBucket, catalogueSchema } from '@gatehouse/contracts/catalogue';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { type DemoIdp, startDemoIdp } from '@gatehouse/demo-idp/demo-idp';
import { connect } from '@gatehouse/messaging/messaging';
import { compile } from '@gatehouse/policy/compile';
import { evaluate } from '@gatehouse/policy/evaluate';
import { encodeSnapshot } from '@gatehouse/policy/snapshot';
import { CONFIG, HEALTH, LOG, type Log, MESSAGING } from '@gatehouse/service-kit/tokens';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import { Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { pino } from 'pino';
import { migrations } from '../src/migrations/list.ts';
import { hashOf } from '../src/secret-token.ts';
import { SignInModule } from '../src/sign-in.module.ts';
import { SIGN_IN, type SignIn } from '../src/sign-in.ts';
import { loginOrigin, secureLoginOrigin } from './browser.ts';

export const clientSecret = 'the-secret-of-files';
export const realAcs = 'http://files.acme.localhost:9101/auth/saml/acs';
export const realCallback = 'http://files.acme.localhost:9101/auth/callback';
const snapshotKeys = generateKeyPairSync('ed25519');

export function accessPolicy(name: string, activity: object[], action: object = { type: 'block' }): StoredPolicy {
  const at = '2026-01-01T00:00:00.000Z';
  const policy = {
    apiVersion: 'gatehouse/v1',
    kind: 'AccessPolicy',
    name,
    severity: 'high',
    state: 'enabled',
    activity,
    action,
  };
  return storedPolicySchema.parse({ id: name, version: 1, policy, createdAt: at, updatedAt: at, updatedBy: 'test' });
}

export function samlProvider(saml: DemoIdp['saml'], change: object = {}) {
  const origin = saml.entityId.replace('/saml/metadata', '');
  const certificates = [saml.key.certificate.replaceAll(/-----[^-]+-----|\s/g, '')];
  return {
    id: 'saml',
    name: 'Demo SAML',
    type: 'saml',
    issuer: saml.entityId,
    saml: { ssoUrl: `${origin}/saml/sso`, sloUrl: `${origin}/saml/slo`, certificates },
    ...change,
  };
}

function catalogueOf({ issuer, saml }: DemoIdp, change: object): Catalogue {
  const files = {
    id: 'files',
    name: 'Files & <b>more</b>',
    domains: [{ host: 'files.acme.localhost', scheme: 'http', port: 9101 }],
    oidcClient: { clientId: 'files', secretHash: hashOf(clientSecret), redirectUris: [realCallback] },
    samlClient: { entityId: 'urn:files', acsUrls: [realAcs], idpInitiated: true },
    identityProviders: ['demo'],
  };
  const crm = {
    id: 'crm',
    name: 'CRM',
    domains: [{ host: 'crm.acme.localhost', scheme: 'http', port: 9102 }],
    unassignedUsers: 'refuse',
    identityProviders: ['demo'],
  };
  const docs = {
    id: 'docs',
    name: 'Docs',
    domains: [{ host: 'docs.acme.localhost', scheme: 'http', port: 9103 }],
    samlClient: { entityId: 'urn:docs', acsUrls: ['http://docs.acme.localhost:9103/acs'] },
    identityProviders: ['saml'],
  };
  return catalogueSchema.parse({
    version: 1,
    apps: [files, crm, docs],
    assignments: [
      { id: '1', app: 'files', groups: ['Marketing'] },
      { id: '2', app: 'crm', users: ['max@acme.example'] },
      { id: '3', app: 'docs', everyone: true },
    ],
    ipRanges: [],
    identityProviders: [
      { id: 'demo', name: 'Demo', issuer, clientId: 'gatehouse', clientSecretRef: 'demo' },
      samlProvider(saml),
    ],
    settings: { organisation: 'Acme', supportContact: 'help@acme.example' },
    ...change,
  });
}

export async function startWorld() {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  const { url } = await postgres.database('sessions', migrations);
  const log: Log = pino({ level: 'fatal' });
  const messaging = await connect({ url: nats.url, name: 'sign-in-test' });
  const redirectUris = [loginOrigin, secureLoginOrigin].map((origin) => `${origin}/callback/demo`);
  const idp = await startDemoIdp({
    port: 0,
    issuer: (port) => `http://idp.gatehouse.localhost:${port}`,
    clients: [{ clientId: 'gatehouse', clientSecret: 'demo-secret', redirectUris }],
    serviceProviders: [{ entityId: `${loginOrigin}/saml/metadata`, acsUrls: [`${loginOrigin}/saml/acs`] }],
  });
  process.env.IDP_SECRET_DEMO = 'demo-secret';
  const pdp: { policies: StoredPolicy[]; asked: number; answer: 'core' | 'broken' } = {
    policies: [],
    asked: 0,
    answer: 'core',
  };
  messaging.serve(decisionEvaluate, async (request) => {
    pdp.asked += 1;
    const evaluation = evaluate(compile(pdp.policies), request);
    const decisionId = pdp.answer === 'broken' ? '00000000-0000-4000-8000-000000000000' : request.decisionId;
    return { ...evaluation, decisionId, stale: false, snapshotVersion: 1, evaluationMs: 0 };
  });
  const activities: Activity[] = [];
  await messaging.consume(activityRecorded, 'activity-log', async (activity) => void activities.push(activity));
  const publish = async (change: object = {}) =>
    void (await (await messaging.bucket(catalogueBucket)).put('current', catalogueOf(idp, change)));
  await publish();
  const { app, port, signIn } = await startService(url, messaging, log);
  const replicas: (typeof app)[] = [];
  return {
    port,
    pdp,
    activities,
    messaging,
    signIn,
    publish,
    idp,
    /** Another instance over the same database and bus: its port. */
    replica: async () => {
      const more = await startService(url, messaging, log);
      replicas.push(more.app);
      return more.port;
    },
    publishSnapshot: async (policies: StoredPolicy[], issuedAt = new Date()) => {
      const payload = encodeSnapshot({ version: 1, issuedAt: issuedAt.toISOString(), policies });
      const signature = sign(null, Buffer.from(payload), snapshotKeys.privateKey).toString('base64url');
      await (await messaging.bucket(snapshotBucket)).put('current', { payload, signature, keyId: 'test' });
    },
    stop: async () => {
      for (const one of replicas) await one.close();
      await app.close();
      await messaging.close();
      await Promise.all([idp.stop(), nats.stop(), postgres.stop()]);
    },
  };
}
export type World = Awaited<ReturnType<typeof startWorld>>;

const brokerKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

async function startService(url: string, messaging: Awaited<ReturnType<typeof connect>>, log: Log) {
  const config = {
    SUFFIX: 'gatehouse.localhost',
    LOGIN_ORIGINS: [loginOrigin, secureLoginOrigin],
    DATABASE_URL: url,
    BROKER_KEY: brokerKey.export({ type: 'pkcs8', format: 'pem' }),
    SNAPSHOT_PUBLIC_KEY: snapshotKeys.publicKey.export({ type: 'spki', format: 'pem' }),
    ALLOW_LOCALHOST: true,
    CRL_INTERVAL_SECONDS: 1,
  };
  @Global()
  @Module({
    providers: [
      { provide: CONFIG, useValue: config },
      { provide: LOG, useValue: log },
      { provide: MESSAGING, useValue: messaging },
      { provide: HEALTH, useValue: { register: () => undefined } },
    ],
    exports: [CONFIG, LOG, MESSAGING, HEALTH],
  })
  class Platform {}
  @Module({ imports: [Platform, SignInModule] })
  class Root {}
  const app = await NestFactory.create(Root, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, port, signIn: app.get<SignIn>(SIGN_IN) };
}

export async function until<T>(find: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (let tries = 0; tries < 100; tries += 1) {
    const found = await find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('it did not happen within 5 s');
}
