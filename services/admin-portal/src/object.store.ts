// Apps, assignments, IP ranges, identity providers and settings: one table, one version counter for all of them.
import { randomUUID } from 'node:crypto';
import {
  appSchema,
  assignmentSchema,
  bypassSchema,
  type Catalogue,
  catalogueChanged,
  identityProviderSchema,
  ipRangeSchema,
  settingsSchema,
} from '@gatehouse/contracts/catalogue';
import { deviceAuthoritySchema } from '@gatehouse/contracts/device';
import { labelSchema } from '@gatehouse/contracts/label';
import { enqueue } from '@gatehouse/postgres/outbox';
import type { DataSource, EntityManager } from 'typeorm';
import type { z } from 'zod';
import { type Actor, audit } from './audit.store.ts';
import { diff } from './diff.ts';
import { Problem } from './problem.ts';
import { rows } from './sql.ts';

export const collectionSchemas = {
  apps: appSchema,
  assignments: assignmentSchema,
  bypasses: bypassSchema,
  'ip-ranges': ipRangeSchema,
  'identity-providers': identityProviderSchema,
  'device-authorities': deviceAuthoritySchema,
  labels: labelSchema,
  settings: settingsSchema,
} as const;

export type Collection = keyof typeof collectionSchemas;
export type ListedCollection = Exclude<Collection, 'settings'>;
export const listedCollections = (Object.keys(collectionSchemas) as Collection[]).filter(
  (name): name is ListedCollection => name !== 'settings',
);
export type ValueOf<C extends Collection> = z.output<(typeof collectionSchemas)[C]>;
export type Stored<T> = { version: number; updatedAt: string; updatedBy: string; value: T };

type Row = { id: string; version: number; body: unknown; updated_at: Date; updated_by: string };

/** Stored values get the defaults of fields that came later; one that no longer fits is a bug to be seen. */
function toStored<C extends Collection>(collection: C, row: Row): Stored<ValueOf<C>> {
  const value = collectionSchemas[collection].parse(row.body) as ValueOf<C>;
  return { version: row.version, updatedAt: row.updated_at.toISOString(), updatedBy: row.updated_by, value };
}

export async function listObjects<C extends Collection>(
  db: DataSource | EntityManager,
  collection: C,
): Promise<Stored<ValueOf<C>>[]> {
  const found = await rows<Row>(db, 'SELECT * FROM objects WHERE collection = $1 ORDER BY id', [collection]);
  return found.map((row) => toStored(collection, row));
}

export async function findObject<C extends Collection>(
  db: DataSource | EntityManager,
  collection: C,
  id: string,
): Promise<Stored<ValueOf<C>> | undefined> {
  const [row] = await rows<Row>(db, 'SELECT * FROM objects WHERE collection = $1 AND id = $2', [collection, id]);
  return row === undefined ? undefined : toStored(collection, row);
}

export async function getObject<C extends Collection>(
  db: DataSource | EntityManager,
  collection: C,
  id: string,
): Promise<Stored<ValueOf<C>>> {
  const found = await findObject(db, collection, id);
  if (found === undefined) throw new Problem('NOT_FOUND', { detail: 'There is no such object.' });
  return found;
}

/** Settings always exist: before the first change they are the defaults, at version 0. */
export async function getSettings(db: DataSource | EntityManager): Promise<Stored<ValueOf<'settings'>>> {
  const stored = await findObject(db, 'settings', 'current');
  const untouched = { version: 0, updatedAt: new Date(0).toISOString(), updatedBy: '' };
  return stored ?? { ...untouched, value: settingsSchema.parse({}) };
}

type Change<C extends Collection> = {
  readonly collection: C;
  readonly id: string;
  readonly before: Stored<ValueOf<C>> | undefined;
  /** Absent: delete. */
  readonly value: ValueOf<C> | undefined;
};

function nameOf(value: unknown, id: string): string {
  return typeof value === 'object' && value !== null && 'name' in value ? String(value.name) : id;
}

/** Stores or deletes one object. The caller holds the write lock and has checked it. */
export async function writeObject<C extends Collection>(
  manager: EntityManager,
  actor: Actor,
  change: Change<C>,
): Promise<void> {
  const { collection, id, before, value } = change;
  if (value === undefined) {
    await manager.query('DELETE FROM objects WHERE collection = $1 AND id = $2', [collection, id]);
  } else {
    await manager.query(
      `INSERT INTO objects (collection, id, version, body, updated_at, updated_by) VALUES ($1, $2, $3, $4, now(), $5)
       ON CONFLICT (collection, id) DO UPDATE SET version = excluded.version, body = excluded.body,
         updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
      [collection, id, (before?.version ?? 0) + 1, JSON.stringify(value), actor.by],
    );
  }
  const [row] = await rows<{ version: string }>(
    manager,
    'UPDATE catalogue_version SET version = version + 1 RETURNING version',
  );
  const version = Number(row?.version);
  await enqueue(manager, catalogueChanged, { id: randomUUID(), version, changedBy: actor.by });
  const action = value === undefined ? 'delete' : before === undefined ? 'create' : 'update';
  const changes = action === 'update' ? diff(before?.value, value) : [];
  const object = { type: collection, id, name: nameOf(value ?? before?.value, id) };
  await audit(manager, actor, { action, object, diff: changes });
}

/** All of it as one consistent value. */
export async function readCatalogue(db: DataSource): Promise<Catalogue> {
  return db.transaction('REPEATABLE READ', async (manager) => {
    const values = async <C extends Collection>(collection: C) =>
      (await listObjects(manager, collection)).map(({ value }) => value);
    return {
      version: await catalogueVersion(manager),
      apps: await values('apps'),
      assignments: await values('assignments'),
      bypasses: await values('bypasses'),
      ipRanges: await values('ip-ranges'),
      identityProviders: await values('identity-providers'),
      deviceAuthorities: await values('device-authorities'),
      settings: (await getSettings(manager)).value,
      labels: await values('labels'),
    };
  });
}

export async function catalogueVersion(db: DataSource | EntityManager): Promise<number> {
  const [row] = await rows<{ version: string }>(db, 'SELECT version FROM catalogue_version');
  return Number(row?.version ?? 0);
}
