import { randomUUID } from 'node:crypto';
import { inspectionOpen, inspectionResultSchema } from '@gatehouse/contracts/inspection';
import { connect, type Messaging } from '@gatehouse/messaging/messaging';
import { startNats } from '@gatehouse/testkit/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scanner, type ScannerOptions, startScanner } from '../src/scanner.ts';

const options = (messaging: Messaging): ScannerOptions => ({
  messaging,
  listen: { host: '127.0.0.1', port: 0, publicUrl: undefined },
  pool: { size: 1, killMs: 15_000, heapMb: 256, onLost: () => {} },
  waiting: 0,
  inspect: { maxFileBytes: 2 ** 20, maxCharacters: 10_000_000, maxInflatedBytes: 2 ** 30, softStopMs: 12_000 },
  hasRoom: () => true,
  onDone: () => {},
  onError: () => {},
});

describe('inspection.open over NATS', () => {
  let nats: Awaited<ReturnType<typeof startNats>>;
  let service: Messaging;
  let edge: Messaging;
  let scanner: Scanner;
  const open = () => edge.request(inspectionOpen, { decisionId: randomUUID(), types: ['us-ssn'], readLabel: true });

  beforeAll(async () => {
    nats = await startNats();
    service = await connect({ url: nats.url, name: 'dlp-scanner' });
    edge = await connect({ url: nats.url, name: 'edge' });
    scanner = await startScanner(options(service));
  });
  afterAll(async () => {
    await scanner?.stop();
    await edge?.close();
    await service?.close();
    await nats?.stop();
  });

  it('lends a place, takes the bytes and answers the contract', async () => {
    const { url, token } = await open();
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: 'SSN 536-22-8745',
    });
    const result = inspectionResultSchema.parse(await response.json());
    expect(result).toMatchObject({
      outcome: { status: 'complete' },
      label: { state: 'none' },
      matches: [{ type: 'us-ssn' }],
    });
    expect(JSON.stringify(result)).not.toContain('536-22-8745');
  });

  it('refuses while its only place is lent', async () => {
    const { url, token } = await open();
    await expect(open()).rejects.toMatchObject({ code: 'REFUSED' });
    await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: 'x' });
    await expect(open()).resolves.toMatchObject({ url: expect.stringContaining('/inspect/') });
  });
});
