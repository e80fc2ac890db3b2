// One schema per owner: opening it, and migrating it under an advisory lock.
import { DataSource, type EntitySchema } from 'typeorm';

export type Migration = { readonly name: string; readonly sql: string };

type Options = {
  readonly url: string;
  /** The owner's schema; unqualified SQL works in it. */
  readonly schema: string;
  readonly entities?: readonly EntitySchema[];
  readonly poolSize?: number;
};

/** Connects; creates nothing. The statement timeout (15 s) keeps one bad query from holding a service. */
export async function openDatabase(options: Options): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url: options.url,
    schema: options.schema,
    entities: [...(options.entities ?? [])],
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    logging: false,
    extra: {
      max: options.poolSize ?? 8,
      options: `-c search_path=${options.schema}`,
      statement_timeout: 15_000,
      connectionTimeoutMillis: 5_000,
    },
  });
  return source.initialize();
}

const deliveryTables: Migration = {
  name: '000-delivery',
  sql: `
    CREATE TABLE outbox (id uuid PRIMARY KEY, subject text NOT NULL, payload jsonb NOT NULL, created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX outbox_created ON outbox (created_at);
    CREATE TABLE inbox (consumer text NOT NULL, message_id text NOT NULL, seen_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, message_id));
    CREATE INDEX inbox_seen ON inbox (seen_at);`,
};

/** Applies what is missing, each migration in its own transaction; concurrent runs wait for each other. */
export async function migrateDatabase(options: {
  readonly url: string;
  readonly schema: string;
  readonly migrations: readonly Migration[];
}): Promise<void> {
  const source = await openDatabase({ url: options.url, schema: options.schema, poolSize: 1 });
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock(hashtext($1))', [`gatehouse:${options.schema}`]);
    await runner.query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const done: { name: string }[] = await runner.query('SELECT name FROM migrations');
    for (const migration of [deliveryTables, ...options.migrations]) {
      if (done.some((row) => row.name === migration.name)) continue;
      await runner.startTransaction();
      await runner.query(migration.sql);
      await runner.query('INSERT INTO migrations (name) VALUES ($1)', [migration.name]);
      await runner.commitTransaction();
    }
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
    await source.destroy();
  }
}
