import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { openDatabase } from '@gatehouse/postgres/database';
import { freePort } from '@gatehouse/testkit/free-port';
import { startNats, startPostgres, type TestNats, type TestPostgres } from '@gatehouse/testkit/world';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrations } from '../src/migrations/list.ts';

let nats: TestNats;
let postgres: TestPostgres;
let database: { url: string; schema: string };
let service: ChildProcess;
let base: string;
let probes: string;

async function waitFor(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${url} did not become ready`);
}

// The service as it runs in production: its own process with its own environment.
beforeAll(async () => {
  [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  database = await postgres.database('keys', migrations);
  const [port, healthPort] = [await freePort(), await freePort()];
  base = `http://127.0.0.1:${port}`;
  probes = `http://127.0.0.1:${healthPort}`;
  const environment = {
    NATS_URL: nats.url,
    DATABASE_URL: database.url,
    PORT: `${port}`,
    HEALTH_PORT: `${healthPort}`,
    LOG_LEVEL: 'warn',
  };
  service = spawn(process.execPath, ['--import', 'tsx', resolve(import.meta.dirname, '../src/main.ts')], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await waitFor(`${probes}/readyz`);
});
afterAll(async () => {
  const gone = new Promise((done) => service?.once('exit', done));
  if (service?.kill('SIGTERM')) await gone;
  await postgres?.stop();
  await nats?.stop();
});

it('explains itself without script', async () => {
  const answer = await fetch(base);
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await answer.text()).toContain('protected file');
  expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ service: 'key-access', protect: 'unavailable' });
});

it('without a seal secret releases no key', async () => {
  const body = JSON.stringify({ signedRequestToken: 'x' });
  for (const path of ['/v2/rewrap', '/kas/v2/rewrap', '/kas.AccessService/Rewrap']) {
    const answer = await fetch(base + path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
  }
});

it('keeps the audit of opens append-only', async () => {
  const source = await openDatabase(database);
  try {
    const values = [randomUUID(), randomUUID()];
    await source.query(
      `insert into opens (id, file_id, user_name, allowed, at, previous_hash, hash) values ($1, $2, 'kim', false, now(), '', 'h')`,
      values,
    );
    await expect(source.query('update opens set allowed = true')).rejects.toThrow('append-only');
    await expect(source.query('delete from opens')).rejects.toThrow('append-only');
    await expect(source.query('truncate opens')).rejects.toThrow('append-only');
  } finally {
    await source.destroy();
  }
});
