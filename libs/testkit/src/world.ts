// Real servers for tests: a nats-server with our streams, a PostgreSQL with one schema per owner.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { provisionTopology } from '@gatehouse/messaging/topology';
import { type Migration, migrateDatabase } from '@gatehouse/postgres/database';
import { connect as connectNats } from '@nats-io/transport-node';
import pg from 'pg';
import { freePort } from './free-port.ts';
import { findNatsServer, runNatsServer, waitForPort } from './nats-server.ts';
import { removePostgres, runPostgres } from './postgres-server.ts';

const stateFolder = resolve(import.meta.dirname, '../../../.gatehouse');

export type TestNats = {
  readonly url: string;
  /** Stops the server and keeps its data; `start` brings it back on the same port. */
  halt(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
};

/** A nats-server of its own with streams, buckets and consumers provisioned, without users. */
export async function startNats(): Promise<TestNats> {
  const binary = findNatsServer(stateFolder);
  if (!binary) throw new Error('no nats-server found: run npm test (it obtains one) or set NATS_SERVER_BIN');
  const store = mkdtempSync(join(tmpdir(), 'gatehouse-nats-'));
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  let server = await runNatsServer(binary, port, ['-js', '-sd', store]);
  const connection = await connectNats({ servers: url });
  await provisionTopology(connection);
  await connection.close();
  return {
    url,
    halt: () => server.stop(),
    async resume() {
      server = await runNatsServer(binary, port, ['-js', '-sd', store]);
    },
    async stop() {
      await server.stop();
      rmSync(store, { recursive: true, force: true });
    },
  };
}

export type TestPostgres = {
  readonly adminUrl: string;
  /** Creates role and schema `name`, migrates it as that role, and gives the role's URL. */
  database(name: string, migrations: readonly Migration[]): Promise<{ readonly url: string; readonly schema: string }>;
  stop(): Promise<void>;
};

/** A throwaway PostgreSQL. */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pg-'));
  const port = await freePort();
  const server = await runPostgres({ data: join(folder, 'data'), port, password: 'postgres', throwaway: true });
  await waitForPort(port);
  const adminUrl = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
  await waitForQuery(adminUrl);
  return {
    adminUrl,
    async database(name, migrations) {
      const url = `postgres://${name}:${name}@127.0.0.1:${port}/postgres`;
      await createOwner(adminUrl, name, name);
      await migrateDatabase({ url, schema: name, migrations });
      return { url, schema: name };
    },
    async stop() {
      await server.stop();
      removePostgres(join(folder, 'data'));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The port opens a moment before the first query succeeds ("the database system is starting up"). */
export async function waitForQuery(url: string, timeoutMs = 15_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.query('SELECT 1');
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** One role that owns one schema and sees no other. Safe to run again; the password is set anew. */
export async function createOwner(adminUrl: string, role: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const exists = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    const name = client.escapeIdentifier(role);
    const secret = client.escapeLiteral(password);
    await client.query(`${exists.rowCount ? 'ALTER' : 'CREATE'} ROLE ${name} LOGIN PASSWORD ${secret}`);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${name} AUTHORIZATION ${name}`);
    await client.query(`ALTER ROLE ${name} SET search_path = ${name}`);
  } finally {
    await client.end();
  }
}
