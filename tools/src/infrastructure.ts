// PostgreSQL and nats-server of the embedded world, supervised like the services, and PostgreSQL's roles.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsConf } from '@gatehouse/messaging/permissions';
import { findNatsServer, runNatsServer } from '@gatehouse/testkit/nats-server';
import { runPostgres } from '@gatehouse/testkit/postgres-server';
import { createOwner, waitForQuery } from '@gatehouse/testkit/world';
import pg from 'pg';
import { type Supervised, supervise } from './supervise.ts';
import { WorldError } from './world-error.ts';
import type { WorldParts } from './world-programs.ts';
import { databaseRoles } from './world-secrets.ts';

type Say = (line: string) => void;

/** Users, permissions and JetStream as in production, on loopback. `home` is where an obtained nats-server lies. */
export async function superviseNats(parts: WorldParts, home: string, say: Say): Promise<Supervised> {
  const binary = findNatsServer(home);
  if (!binary) throw new WorldError('no nats-server found: npm start obtains one, or set NATS_SERVER_BIN');
  const conf = join(parts.stateFolder, 'nats.conf');
  const storeDir = join(parts.stateFolder, 'jetstream');
  const passwordOf = (user: string) => parts.secrets.nats[user] ?? '';
  writeFileSync(conf, natsConf({ storeDir, passwordOf }), { mode: 0o600 });
  const start = async () => (await runNatsServer(binary, parts.natsPort, ['-c', conf])).process;
  return supervise({ name: 'nats', start, say, signal: 'SIGINT' });
}

/** Starts it and makes one role per owner of a schema, and the reader of policies. */
export async function supervisePostgres(parts: WorldParts, say: Say): Promise<Supervised> {
  const password = parts.secrets.postgres;
  const data = join(parts.stateFolder, 'postgres');
  const start = async () => (await runPostgres({ data, port: parts.postgresPort, password })).process;
  const running = await supervise({ name: 'postgres', start, say, signal: 'SIGINT' });
  const adminUrl = `postgres://postgres:${password}@127.0.0.1:${parts.postgresPort}/postgres`;
  try {
    await waitForQuery(adminUrl);
    await createReader(adminUrl, parts.secrets.databases.pdp);
    for (const role of databaseRoles) {
      if (role !== 'pdp') await createOwner(adminUrl, role, parts.secrets.databases[role]);
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
  return running;
}

/** Role `pdp` before the portal's migrations: they grant it what it may read. */
async function createReader(adminUrl: string, password: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const exists = await client.query(`SELECT 1 FROM pg_roles WHERE rolname = 'pdp'`);
    await client.query(
      `${exists.rowCount ? 'ALTER' : 'CREATE'} ROLE pdp LOGIN PASSWORD ${client.escapeLiteral(password)}`,
    );
    await client.query('ALTER ROLE pdp SET search_path = portal');
    await client.query('ALTER ROLE pdp SET default_transaction_read_only = on');
  } finally {
    await client.end();
  }
}
