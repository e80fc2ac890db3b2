import { randomUUID } from 'node:crypto';
import { protectionOpen } from '@gatehouse/contracts/inspection';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { CONFIG, LOG, MESSAGING, METRICS } from '@gatehouse/service-kit/tokens';
import { startNats, type TestNats } from '@gatehouse/testkit/world';
import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { config } from '../src/config.ts';
import { LabelerModule } from '../src/labeler.module.ts';

let nats: TestNats;
let server: Messaging;
let client: Messaging;
let app: TestingModule;
const metrics = new Registry();

beforeAll(async () => {
  nats = await startNats();
  server = await connect({ url: nats.url, name: 'labeler' });
  client = await connect({ url: nats.url, name: 'test' });
  const providers = [
    { provide: CONFIG, useValue: config.parse({}) },
    { provide: LOG, useValue: pino({ level: 'silent' }) },
    { provide: MESSAGING, useValue: server },
    { provide: METRICS, useValue: metrics },
  ];
  @Global()
  @Module({ providers, exports: providers })
  class PlatformModule {}
  app = await Test.createTestingModule({ imports: [PlatformModule, LabelerModule] }).compile();
  await app.init();
});
afterAll(async () => {
  await app?.close();
  await client?.close();
  await server?.close();
  await nats?.stop();
});

it('refuses to protect, with a reason, and counts it', async () => {
  const input = {
    decisionId: randomUUID(),
    fileName: 'plan.docx',
    label: 'Confidential',
    user: 'kim@acme.example',
    app: 'files',
  };
  const answer = await client.request(protectionOpen, input);
  expect(answer).toEqual({ type: 'refused', reason: 'protect is not available in this release' });
  expect(await metrics.getSingleMetricAsString('gatehouse_protections_refused_total')).toContain(' 1');
});
