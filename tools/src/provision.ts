// One-shot before the services start: migrates every schema, makes streams, buckets and consumers. Safe to run again.
import { provisionTopology } from '@gatehouse/messaging/topology';
import { type Migration, migrateDatabase } from '@gatehouse/postgres/database';
import { ConfigError, defineConfig } from '@gatehouse/service-kit/config';
import { connect } from '@nats-io/transport-node';
import { z } from 'zod';
import { migrations as activity } from '../../services/activity-log/src/migrations/list.ts';
import { migrations as portal } from '../../services/admin-portal/src/migrations/list.ts';
import { migrations as alerts } from '../../services/alert-notifier/src/migrations/list.ts';
import { migrations as keys } from '../../services/key-access/src/migrations/list.ts';
import { migrations as sessions } from '../../services/sign-in/src/migrations/list.ts';

const schemas: Readonly<Record<string, readonly Migration[]>> = { portal, sessions, activity, alerts, keys };

const url = z.string().regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL');
const config = defineConfig('provision', {
  PORTAL_DATABASE_URL: url,
  SESSIONS_DATABASE_URL: url,
  ACTIVITY_DATABASE_URL: url,
  ALERTS_DATABASE_URL: url,
  KEYS_DATABASE_URL: url,
});

async function provision(): Promise<void> {
  const values: Readonly<Record<string, unknown>> = config.parse(process.env);
  for (const [schema, migrations] of Object.entries(schemas)) {
    await migrateDatabase({ url: String(values[`${schema.toUpperCase()}_DATABASE_URL`]), schema, migrations });
    console.log(`schema ${schema} is up to date`);
  }
  const connection = await connect({
    servers: String(values.NATS_URL),
    name: 'provision',
    inboxPrefix: '_INBOX.provision',
    ...(values.NATS_USER ? { user: String(values.NATS_USER) } : {}),
    ...(values.NATS_PASSWORD ? { pass: String(values.NATS_PASSWORD) } : {}),
  });
  await provisionTopology(connection);
  await connection.close();
  console.log('streams, buckets and consumers are there');
}

try {
  await provision();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(error instanceof ConfigError ? 78 : 1);
}
