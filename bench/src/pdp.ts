// The real policy-decision process over real NATS and Postgres, for benchmarks.
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { openDatabase } from '@gatehouse/postgres/database';
import { startNats, startPostgres } from '@gatehouse/testkit/world';
import { migrations } from '../../services/admin-portal/src/migrations/list.ts';

const root = resolve(import.meta.dirname, '../..');

/** Keeps a process on one processor where the system can. */
function onOneCore(pid: number, core: number): void {
  if (existsSync('/usr/bin/taskset')) spawn('/usr/bin/taskset', ['-a', '-c', '-p', String(core), String(pid)]);
}

export async function startPdp() {
  const [nats, postgres] = await Promise.all([startNats(), startPostgres()]);
  const { url, schema } = await postgres.database('portal', migrations);
  const database = await openDatabase({ url, schema });
  const signingKey = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const bundle = join(root, 'dist/policy-decision/main.mjs');
  if (!existsSync(bundle)) throw new Error('dist/policy-decision is missing: npm run bundle');
  const service: ChildProcess = spawn(process.execPath, [bundle], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NATS_URL: nats.url,
      DATABASE_URL: url,
      SNAPSHOT_SIGNING_KEY: signingKey,
      LOG_LEVEL: 'error',
      // So that one request of a starting process never counts as its speed.
      NODE_ENV: 'production',
    },
  });
  onOneCore(service.pid ?? 0, 0);
  return {
    natsUrl: nats.url,
    pid: service.pid ?? 0,
    database,
    /** Replaces all policies in one transaction. */
    async store(policies: readonly StoredPolicy[]): Promise<void> {
      await database.transaction(async (manager) => {
        await manager.query('DELETE FROM portal.policies');
        await manager.query(
          `INSERT INTO portal.policies (id, version, body, created_at, updated_at, updated_by)
           SELECT gen_random_uuid(), 1, body, now(), now(), 'bench' FROM jsonb_array_elements($1::jsonb) AS body`,
          [JSON.stringify(policies.map(({ policy }) => policy))],
        );
        await manager.query('UPDATE portal.policy_epoch SET epoch = epoch + 1');
      });
    },
    async stop(): Promise<void> {
      service.kill('SIGTERM');
      await database.destroy();
      await Promise.all([nats.stop(), postgres.stop()]);
    },
  };
}
