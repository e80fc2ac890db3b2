import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SnapshotClient } from '../src/snapshot.client.ts';
import { keySpellings, nobody, now, policy, question, signed, snapshotOf, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
beforeEach(() => world.clear());

async function watching(key = keySpellings.pem): Promise<SnapshotClient> {
  const client = new SnapshotClient(key);
  await client.watch(world.pep);
  return client;
}
async function until(client: SnapshotClient, version: number): Promise<void> {
  for (let tries = 0; client.version(now) !== version; tries += 1) {
    if (tries > 200) throw new Error(`version ${version} was not seen`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const minutes = (count: number) => count * 60_000;

test('a signed snapshot decides for 15 minutes', async () => {
  await world.put(snapshotOf([nobody]));
  const client = await watching();
  expect(client.decide(question(), now)).toMatchObject({
    type: 'decided',
    answer: { stale: true, snapshotVersion: 7, verdict: { action: 'block' } },
  });
  expect(client.decide(question(), now + minutes(15)).type).toBe('decided');
  expect(client.decide(question(), now + minutes(15) + 1)).toEqual({ type: 'none' });
  expect(client.version(now + minutes(16))).toBe(0);
});

test('a snapshot from the future is not decided from until its time has come', async () => {
  await world.put(snapshotOf([nobody], 7, new Date(now + minutes(5)).toISOString()));
  const client = await watching();
  expect(client.decide(question(), now)).toEqual({ type: 'none' });
  expect(client.decide(question(), now + minutes(5)).type).toBe('decided');
});

test('without a snapshot or a key there is none, and downloads count as controlled', async () => {
  const client = await watching();
  expect(client.decide(question(), now)).toEqual({ type: 'none' });
  expect(client.controlsDownloads('box', now)).toBe(true);
  expect(client.observe(question(), now)).toBeUndefined();
  await world.put(snapshotOf([nobody]));
  const keyless = new SnapshotClient(undefined);
  await keyless.watch(world.pep);
  expect(keyless.decide(question(), now)).toEqual({ type: 'none' });
});

const good = snapshotOf([nobody]);
test.each([
  ['a changed payload', { ...good, payload: good.payload.replace('Nobody', 'Anybody') }],
  ['no signature', { ...good, signature: '' }],
  ['a signature that is no base64url', { ...good, signature: '\u0000 ~~~ é' }],
  ['a signature of another length', { ...good, signature: 'AAAA' }],
  ['signed text that is no JSON', signed('certainly not')],
  ['signed JSON that is no snapshot', signed('{"version":"one"}')],
  [
    'a signed policy that is none',
    signed(JSON.stringify({ version: 1, issuedAt: '2026-11-01T10:00:00.000Z', policies: [7] })),
  ],
])('broken: %s', async (_name, value) => {
  await world.put(value);
  const client = await watching();
  expect(client.decide(question(), now)).toEqual({ type: 'broken' });
  expect(client.controlsDownloads('box', now)).toBe(true);
  expect(client.observe(question(), now)).toBeUndefined();
});

test.each([
  ['no JSON', 'certainly not'],
  ['no envelope', '{"payload":7}'],
])('a value that is %s leaves the last good one, which ages out', async (_name, value) => {
  await world.put(snapshotOf([nobody]));
  const client = await watching();
  await world.put(value);
  await world.put(snapshotOf([nobody], 8));
  await until(client, 8);
  await world.put(value);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(client.decide(question(), now).type).toBe('decided');
  expect(client.decide(question(), now + minutes(16))).toEqual({ type: 'none' });
});

test('a newer snapshot takes over, also from a broken one', async () => {
  await world.put(signed('certainly not'));
  const client = await watching();
  expect(client.decide(question(), now)).toEqual({ type: 'broken' });
  await world.put(snapshotOf([], 8));
  await until(client, 8);
  expect(client.decide(question(), now)).toMatchObject({ answer: { verdict: { action: 'allow' } } });
});

test.each(Object.entries(keySpellings))('the key may be %s', async (_name, key) => {
  await world.put(snapshotOf([nobody]));
  expect((await watching(key)).decide(question(), now).type).toBe('decided');
});

test('it knows whose downloads are controlled, and what would be needed', async () => {
  const inspected = { inspection: { types: [{ id: 'us-ssn' }] }, controlType: 'monitorAndControlDownload' };
  await world.put(snapshotOf([policy('SessionPolicy', inspected)]));
  const client = await watching();
  expect([client.controlsDownloads('box', now), client.controlsDownloads('crm', now)]).toEqual([true, false]);
  const file = { name: 'a.txt', extensions: ['txt'] };
  const resource = { type: 'app', id: 'box', properties: { host: 'box.example', file } };
  const download = question({ scope: 'session', action: { name: 'download' }, resource });
  expect(client.decide(download, now)).toMatchObject({
    type: 'decided',
    answer: { type: 'needs', decisionId: download.decisionId, needs: { content: ['us-ssn'] } },
  });
});
