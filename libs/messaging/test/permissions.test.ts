// The generated users on a real server: each service can do its own work and not another's.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { activityRecorded } from '@gatehouse/contracts/activity';
import { catalogueBucket } from '@gatehouse/contracts/catalogue';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { sessionsBucket } from '@gatehouse/contracts/session';
import { freePort } from '@gatehouse/testkit/free-port';
import { findNatsServer, type RunningServer, runNatsServer } from '@gatehouse/testkit/nats-server';
import { jetstream } from '@nats-io/jetstream';
import { connect as connectNats, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { connect, type Messaging } from '../src/messaging.ts';
import { natsConf, permissionsOf, serviceNames } from '../src/permissions.ts';
import { provisionTopology } from '../src/topology.ts';

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-permissions-'));
const passwords = new Map<string, string>();
const passwordOf = (user: string) => {
  const password = passwords.get(user) ?? randomBytes(16).toString('hex');
  passwords.set(user, password);
  return password;
};
let server: RunningServer;
let url: string;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  const binary = findNatsServer(resolve(import.meta.dirname, '../../../.gatehouse'));
  if (!binary) throw new Error('no nats-server found: run npm test');
  const port = await freePort();
  url = `nats://127.0.0.1:${port}`;
  const conf = join(folder, 'nats.conf');
  writeFileSync(conf, natsConf({ storeDir: join(folder, 'store'), passwordOf }));
  server = await runNatsServer(binary, port, ['-c', conf]);
  const connection = await raw('provision');
  await provisionTopology(connection);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((connection) => connection.close()));
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function as(service: string): Promise<Messaging> {
  const messaging = await connect({ url, name: service, user: service, password: passwordOf(service) });
  opened.push(messaging);
  return messaging;
}

async function raw(user: string): Promise<NatsConnection> {
  const options = { servers: url, user, pass: passwordOf(user), inboxPrefix: `_INBOX.${user}` };
  const connection = await connectNats(options);
  opened.push(connection);
  return connection;
}

const settings = { settings: {}, apps: [], assignments: [], ipRanges: [], identityProviders: [] };

test('without a password nobody connects', async () => {
  await expect(connectNats({ servers: url, maxReconnectAttempts: 0 })).rejects.toThrow();
});

test('an event published by the edge reaches the durable of alert-notifier', async () => {
  const notifier = await as('alert-notifier');
  const edge = await raw('proxy-edge');
  await jetstream(edge).publish(activityRecorded.subject, JSON.stringify({ id: randomUUID() }));
  // The payload does not fit the contract: consumed, it must come back as a dead letter, which needs every right.
  await notifier.consume(activityRecorded, 'alert-notifier', async () => undefined);
  const provisioner = await raw('provision');
  const letter = new Promise<string>((done) => {
    provisioner.subscribe('dead-letter.alert-notifier', { callback: (_, message) => done(message.subject) });
  });
  await provisioner.flush();
  // Awaited: the letter can be here before the answer, and closing the connection would reject it.
  await jetstream(edge).publish(activityRecorded.subject, '{}');
  expect(await letter).toBe('dead-letter.alert-notifier');
});

test('the portal writes the catalogue and the edge watches it', async () => {
  const edge = await as('proxy-edge');
  const seen: number[] = [];
  await (await edge.bucket(catalogueBucket)).watch((_, value) => value && seen.push(value.version));
  const portal = await (await as('admin-portal')).bucket(catalogueBucket);
  await portal.put('current', { ...settings, version: 7 });
  await expect.poll(() => seen).toContain(7);
  expect((await portal.get('current'))?.version).toBe(7);
});

test('a request of the edge is answered by policy-decision', async () => {
  const decider = await raw('policy-decision');
  const subject = decisionEvaluate.subject;
  decider.subscribe(subject, { queue: subject, callback: (_, message) => void message.respond('yes') });
  await decider.flush();
  const reply = await (await raw('proxy-edge')).request(subject, '{}', { timeout: 2000 });
  expect(reply.string()).toBe('yes');
});

test('only policy-decision reads recorded facts, and only the portal asks for a replay', () => {
  const askers = (subject: string) => serviceNames.filter((name) => permissionsOf(name).publish.includes(subject));
  expect(askers('activity.replayPage')).toEqual(['policy-decision']);
  expect(askers('decision.replay')).toEqual(['admin-portal']);
});

test('the labeler may not record activities', async () => {
  const labeler = await raw('labeler');
  await expect(jetstream(labeler).publish(activityRecorded.subject, '{}', { timeout: 1000 })).rejects.toThrow();
});

test('the labeler may not answer decisions', async () => {
  const labeler = await raw('labeler');
  const refused = new Promise<string>((done) => {
    labeler.subscribe(decisionEvaluate.subject, {
      queue: decisionEvaluate.subject,
      callback: (error) => done(String(error)),
    });
  });
  expect(await refused).toMatch(/permission/i);
});

test('the edge may not write sessions', async () => {
  const sessions = await (await as('proxy-edge')).bucket(sessionsBucket);
  const value = { state: 'revoked', sessionId: randomUUID(), revokedAt: new Date().toISOString() } as const;
  await expect(sessions.put('a', value)).rejects.toThrow();
});

test('nobody but the provisioner may change or delete streams, or listen to others', () => {
  for (const service of serviceNames) {
    const { publish, subscribe } = permissionsOf(service);
    expect(publish.filter((subject) => /STREAM\.(CREATE|DELETE|UPDATE|PURGE)/.test(subject))).toEqual([]);
    expect([...publish, ...subscribe].filter((subject) => /^(>|\*|_INBOX\.>|\$JS\.API\.>)/.test(subject))).toEqual([]);
  }
});
