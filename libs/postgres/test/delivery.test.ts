import { randomUUID } from 'node:crypto';
import { policyChanged } from '@gatehouse/contracts/catalogue';
import { startPostgres, type TestPostgres } from '@gatehouse/testkit/world';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateDatabase, openDatabase } from '../src/database.ts';
import { once } from '../src/inbox.ts';
import { enqueue, relayOnce } from '../src/outbox.ts';

const migrations = [{ name: '001-things', sql: 'CREATE TABLE things (id int PRIMARY KEY)' }];
let postgres: TestPostgres;
let database: { url: string; schema: string };
let source: DataSource;

beforeAll(async () => {
  postgres = await startPostgres();
  database = await postgres.database('portal', migrations);
  source = await openDatabase(database);
});

afterAll(async () => {
  await source?.destroy();
  await postgres?.stop();
});

const event = () => ({ id: randomUUID(), policyId: 'p', version: 1, changedBy: 'test' });

it('migrates once, also when two run at the same time', async () => {
  await Promise.all([1, 2].map(() => migrateDatabase({ ...database, migrations })));
  expect(await source.query('SELECT count(*)::int AS n FROM migrations')).toEqual([{ n: 2 }]);
});

it('publishes an event only if its transaction committed', async () => {
  const [kept, lost] = [event(), event()];
  await source.transaction((manager) => enqueue(manager, policyChanged, kept));
  await source
    .transaction(async (manager) => {
      await enqueue(manager, policyChanged, lost);
      throw new Error('rolled back');
    })
    .catch(() => undefined);
  const sent: string[] = [];
  await relayOnce(source, async (_subject, id) => void sent.push(id));
  expect(sent).toEqual([kept.id]);
});

it('keeps events whose publishing failed', async () => {
  await source.transaction((manager) => enqueue(manager, policyChanged, event()));
  const broken = relayOnce(source, async () => {
    throw new Error('no broker');
  });
  await expect(broken).rejects.toThrow('no broker');
  expect(await relayOnce(source, async () => undefined)).toBe(1);
});

it('runs an effect once although ten deliveries race', async () => {
  let effects = 0;
  const deliver = () =>
    once(source, 'test', 'm1', async () => {
      effects += 1;
    });
  const results = await Promise.all(Array.from({ length: 10 }, deliver));
  expect(results.filter(Boolean)).toHaveLength(1);
  expect(effects).toBe(1);
});

it('forgets the inbox row when the effect fails, so that the redelivery works', async () => {
  const failing = once(source, 'test', 'm2', async () => {
    throw new Error('boom');
  });
  await expect(failing).rejects.toThrow('boom');
  expect(await once(source, 'test', 'm2', async () => undefined)).toBe(true);
});

it('keeps one owner out of the schema of another', async () => {
  const other = await postgres.database('keys', []);
  const stranger = await openDatabase(other);
  await expect(stranger.query('SELECT * FROM portal.things')).rejects.toThrow(/permission denied/);
  await stranger.destroy();
});
