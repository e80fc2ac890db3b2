// The whole service against real NATS and Postgres: poll, decide, publish.
import 'reflect-metadata';
import { generateKeyPairSync } from 'node:crypto';
import { policyChanged } from '@gatehouse/contracts/catalogue';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { decisionPreview } from '@gatehouse/contracts/preview';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { readSnapshot } from '@gatehouse/policy/snapshot';
import { openDatabase } from '@gatehouse/postgres/database';
import { createLog } from '@gatehouse/service-kit/log';
import { CONFIG, HEALTH, LOG, MESSAGING, METRICS } from '@gatehouse/service-kit/tokens';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configDefinition } from '../src/config.ts';
import { PolicyDecisionModule } from '../src/policy-decision.module.ts';
import { snapshotSigner } from '../src/snapshot-signer.ts';
import { blockXls, download } from './policies.ts';

const portal = [
  {
    name: '001-policies',
    sql: `
      CREATE TABLE policies (
        id uuid PRIMARY KEY, version int NOT NULL, body jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(), updated_by text NOT NULL, deleted_at timestamptz);
      CREATE TABLE policy_epoch (epoch bigint NOT NULL);
      INSERT INTO policy_epoch VALUES (1);`,
  },
];

const id = '018f5b4e-0000-7000-8000-00000000000a';
const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const signer = snapshotSigner(pem);
const checks = new Map<string, () => Promise<void> | void>();
const metrics = new Registry();
const closers: (() => Promise<unknown>)[] = [];
let owner: DataSource;
let reader: DataSource;
let edge: Messaging;
let service: INestApplicationContext;

@Module({})
class Platform {}

beforeAll(async () => {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  closers.push(nats.stop, postgres.stop);
  const { url, schema } = await postgres.database('portal', portal);
  const pdpUrl = url.replace('portal:portal@', 'pdp:pdp@');
  owner = await openDatabase({ url, schema });
  const admin = await openDatabase({ url: postgres.adminUrl, schema });
  await admin.query("CREATE ROLE pdp LOGIN PASSWORD 'pdp'");
  await admin.query('GRANT USAGE ON SCHEMA portal TO pdp');
  await admin.query('GRANT SELECT ON portal.policies, portal.policy_epoch TO pdp');
  await admin.destroy();
  reader = await openDatabase({ url: pdpUrl, schema });
  edge = await connect({ url: nats.url, name: 'edge' });
  const messaging = await connect({ url: nats.url, name: 'policy-decision' });
  closers.push(
    edge.close,
    messaging.close,
    () => owner.destroy(),
    () => reader.destroy(),
  );

  // The long poll shows that the event wakes the service up; one that is not woken is covered by the loop's own test.
  const environment = { DATABASE_URL: pdpUrl, SNAPSHOT_SIGNING_KEY: pem, POLICY_POLL_MS: '4000', LOG_LEVEL: 'silent' };
  const providers = [
    { provide: CONFIG, useValue: configDefinition.parse(environment) },
    { provide: LOG, useValue: createLog('policy-decision', 'silent') },
    { provide: MESSAGING, useValue: messaging },
    { provide: HEALTH, useValue: { register: (name: string, check: () => void) => checks.set(name, check) } },
    { provide: METRICS, useValue: metrics },
  ];
  const platform: DynamicModule = { module: Platform, global: true, providers, exports: providers };
  const root: DynamicModule = { module: class Root {}, imports: [platform, PolicyDecisionModule] };
  service = await NestFactory.createApplicationContext(root, { logger: false, abortOnError: false });
  closers.push(() => service.close());
});

afterAll(async () => {
  for (const close of closers.toReversed()) await close();
});

async function change(sql: string, values: unknown[] = []): Promise<void> {
  await owner.transaction(async (manager) => {
    await manager.query(sql, values);
    await manager.query('UPDATE portal.policy_epoch SET epoch = epoch + 1');
  });
}

const ask = (name: string) => edge.request(decisionEvaluate, download(name));
const snapshot = async () => {
  const bucket = await edge.bucket(snapshotBucket);
  return readSnapshot((await bucket.get('current'))!, { verify: signer.verify, now: Date.now() });
};

describe('policy-decision', () => {
  it('follows the policies of the portal', async () => {
    expect(await ask('a.xls')).toMatchObject({ verdict: { action: 'allow', reason: 'NO_MATCH' }, snapshotVersion: 1 });
    expect(await snapshot()).toMatchObject({ type: 'snapshot', version: 1, policies: [] });
    expect(() => checks.get('policies')?.()).not.toThrow();

    await change('INSERT INTO portal.policies (id, version, body, updated_by) VALUES ($1, 1, $2, $3)', [
      id,
      blockXls,
      'ann',
    ]);
    await edge.publish(policyChanged, {
      id: '018f5b4e-0000-7000-8000-0000000000aa',
      policyId: id,
      version: 1,
      changedBy: 'ann',
    });
    await expect
      .poll(() => ask('a.xls'), { timeout: 2_000 })
      .toMatchObject({ verdict: { action: 'block', policyName: 'No xls' }, snapshotVersion: 2, stale: false });
    await expect.poll(snapshot).toMatchObject({ version: 2, policies: [{ id, updatedBy: 'ann' }] });

    await change('UPDATE portal.policies SET deleted_at = now() WHERE id = $1', [id]);
    await expect
      .poll(() => ask('a.xls'), { timeout: 5_000 })
      .toMatchObject({ verdict: { action: 'allow' }, snapshotVersion: 3 });
    expect(await metrics.metrics()).toMatch(/gatehouse_decisions_total\{action="block",reason="POLICY"\} \d/);
  });

  it('reads broken references once the portal has a column for them', async () => {
    const outside = { ...blockXls, files: [{ field: 'file.label', operator: 'equals', values: ['Secret'] }] };
    await change('UPDATE portal.policies SET deleted_at = NULL, body = $2, updated_by = $3 WHERE id = $1', [
      id,
      outside,
      'ann',
    ]);
    await expect.poll(() => ask('a.xls'), { timeout: 5_000 }).toMatchObject({ needs: { label: true } });
    await owner.query("ALTER TABLE portal.policies ADD COLUMN broken_references jsonb NOT NULL DEFAULT '[]'");
    await change('UPDATE portal.policies SET broken_references = $2 WHERE id = $1', [
      id,
      JSON.stringify([{ field: 'file.label', value: 'Secret' }]),
    ]);
    await expect
      .poll(() => ask('a.xls'), { timeout: 5_000 })
      .toMatchObject({ verdict: { action: 'block' }, trace: [{ outcome: 'brokenReference' }] });
    await expect.poll(snapshot).toMatchObject({ policies: [{ brokenReferences: [{ value: 'Secret' }] }] });
    await change('UPDATE portal.policies SET deleted_at = now() WHERE id = $1', [id]);
    await expect.poll(() => ask('a.xls'), { timeout: 5_000 }).toMatchObject({ verdict: { action: 'allow' } });
  });

  it('previews a draft', async () => {
    const preview = edge.request(decisionPreview, { request: download('a.xls'), draft: blockXls });
    expect(await preview).toMatchObject({ verdict: { action: 'block', policyName: 'No xls' } });
  });

  it('can read the policies and nothing more', async () => {
    await expect(reader.query('UPDATE portal.policy_epoch SET epoch = 0')).rejects.toThrow(/permission denied/);
    await expect(reader.query('DELETE FROM portal.policies')).rejects.toThrow(/permission denied/);
    await expect(reader.query('SELECT * FROM portal.outbox')).rejects.toThrow(/permission denied/);
  });

  it('names every bad variable at once, without its value', () => {
    const problems = () => configDefinition.parse({ DATABASE_URL: 'mysql://secret', SNAPSHOT_SIGNING_KEY: 'secret' });
    expect(problems).toThrow(/DATABASE_URL[\s\S]*SNAPSHOT_SIGNING_KEY/);
    expect(problems).not.toThrow(/mysql|secret/);
  });
});
