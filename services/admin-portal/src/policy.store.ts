// Policies: the live row, every version it had, and the epoch that readers compare. One transaction for all three.
import { randomUUID } from 'node:crypto';
import { policyChanged } from '@gatehouse/contracts/catalogue';
import type { BrokenReference, Policy, PolicySource, StoredPolicy } from '@gatehouse/contracts/policy';
import { enqueue } from '@gatehouse/postgres/outbox';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { type Actor, audit } from './audit.store.ts';
import { diff } from './diff.ts';
import { isNamed } from './policy.use.ts';
import { Problem } from './problem.ts';
import { rows } from './sql.ts';

type Row = {
  id: string;
  version: number;
  body: Policy;
  created_at: Date;
  updated_at: Date;
  updated_by: string;
  deleted_at: Date | null;
  source: PolicySource | null;
  broken_references: BrokenReference[];
  report_only_since: Date | null;
};

function toStored(row: Row): StoredPolicy {
  return {
    id: row.id,
    version: row.version,
    policy: row.body,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    updatedBy: row.updated_by,
    ...(row.source === null ? {} : { source: row.source }),
    ...(row.broken_references.length === 0 ? {} : { brokenReferences: row.broken_references }),
  };
}

export async function listPolicies(db: DataSource | EntityManager): Promise<StoredPolicy[]> {
  const found = await rows<Row>(db, `SELECT * FROM policies WHERE deleted_at IS NULL ORDER BY lower(body->>'name')`);
  return found.map(toStored);
}

/** Since when each report-only policy has been so, by id. */
export async function reportOnlySince(db: DataSource | EntityManager): Promise<ReadonlyMap<string, string>> {
  const found = await rows<{ id: string; since: Date }>(
    db,
    'SELECT id, report_only_since AS since FROM policies WHERE report_only_since IS NOT NULL AND deleted_at IS NULL',
  );
  return new Map(found.map(({ id, since }) => [id, since.toISOString()]));
}

export async function policyEpoch(db: DataSource): Promise<number> {
  const [row] = await rows<{ epoch: string }>(db, 'SELECT epoch FROM policy_epoch');
  return Number(row?.epoch ?? 0);
}

async function findPolicy(db: DataSource | EntityManager, id: string, deleted: boolean): Promise<StoredPolicy> {
  const [row] = z.uuid().safeParse(id).success ? await rows<Row>(db, 'SELECT * FROM policies WHERE id = $1', [id]) : [];
  if (row === undefined || (row.deleted_at !== null) !== deleted) {
    throw new Problem('NOT_FOUND', { detail: 'There is no such policy.' });
  }
  return toStored(row);
}

export function getPolicy(db: DataSource | EntityManager, id: string): Promise<StoredPolicy> {
  return findPolicy(db, id, false);
}

export function getDeletedPolicy(db: DataSource | EntityManager, id: string): Promise<StoredPolicy> {
  return findPolicy(db, id, true);
}

export const policyVersionSchema = z.object({
  version: z.number().int(),
  policy: z.unknown(),
  at: z.iso.datetime(),
  by: z.string(),
  deleted: z.boolean(),
});

export async function listVersions(db: DataSource, id: string): Promise<z.infer<typeof policyVersionSchema>[]> {
  const found = await rows<{ version: number; body: Policy; at: Date; by: string; deleted: boolean }>(
    db,
    'SELECT version, body, at, by, deleted FROM policy_versions WHERE policy_id = $1 ORDER BY version DESC',
    [id],
  );
  return found.map(({ body, at, ...rest }) => ({ ...rest, policy: body, at: at.toISOString() }));
}

type Write = {
  readonly action: 'create' | 'update' | 'delete' | 'restore';
  readonly before: StoredPolicy | undefined;
  readonly policy: Policy;
  /** Who owns it from now on: null is the portal. Left out: whoever did before. */
  readonly source?: PolicySource | null;
  /** Left out: those that were broken before and are still named. */
  readonly brokenReferences?: readonly BrokenReference[];
  /** What the audit calls it, if not by its action. */
  readonly auditAs?: string;
};

/** Stores the next version. The caller holds the write lock and has checked version and content. */
export async function writePolicy(manager: EntityManager, actor: Actor, write: Write): Promise<StoredPolicy> {
  const { action, before, policy } = write;
  const id = before?.id ?? randomUUID();
  const version = (before?.version ?? 0) + 1;
  const deleted = action === 'delete';
  const source = write.source === undefined ? (before?.source ?? null) : write.source;
  const stillNamed = (before?.brokenReferences ?? []).filter(({ field, value }) => isNamed(policy, field, value));
  const broken = write.brokenReferences ?? stillNamed;
  const [row] = await rows<Row>(
    manager,
    `INSERT INTO policies AS stored (id, version, body, created_at, updated_at, updated_by, deleted_at, source,
       broken_references, report_only_since)
     VALUES ($1, $2, $3, now(), now(), $4, CASE WHEN $5 THEN now() END, $6, $7, CASE WHEN $8 THEN now() END)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, body = excluded.body, updated_at = excluded.updated_at,
       updated_by = excluded.updated_by, deleted_at = excluded.deleted_at, source = excluded.source,
       broken_references = excluded.broken_references,
       report_only_since = CASE WHEN $8 THEN coalesce(stored.report_only_since, now()) END
     RETURNING *`,
    [
      id,
      version,
      JSON.stringify(policy),
      actor.by,
      deleted,
      source === null ? null : JSON.stringify(source),
      JSON.stringify(broken),
      policy.state === 'reportOnly',
    ],
  );
  if (row === undefined) throw new Error('policy row was not written');
  await manager.query(
    'INSERT INTO policy_versions (policy_id, version, body, at, by, deleted) VALUES ($1, $2, $3, now(), $4, $5)',
    [id, version, JSON.stringify(policy), actor.by, deleted],
  );
  await manager.query('UPDATE policy_epoch SET epoch = epoch + 1');
  await enqueue(manager, policyChanged, { id: randomUUID(), policyId: id, version, changedBy: actor.by });
  const beside = (stored: StoredPolicy | undefined) => ({ source: stored?.source, broken: stored?.brokenReferences });
  const stored = toStored(row);
  const changes = action === 'update' ? [...diff(before?.policy, policy), ...diff(beside(before), beside(stored))] : [];
  const object = { type: 'policy', id, name: policy.name };
  await audit(manager, actor, { action: write.auditAs ?? action, object, diff: changes });
  return stored;
}
