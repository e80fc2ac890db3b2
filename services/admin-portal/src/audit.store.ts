// Change audit: who changed what, when, from where. Written in the transaction of the change itself.
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { Change } from './diff.ts';
import { rows } from './sql.ts';

/** Who acts: an administrator, or the portal itself (seed). */
export type Actor = { readonly by: string; readonly ip: string };

export const auditEntrySchema = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  by: z.string(),
  ip: z.string(),
  action: z.string(),
  object: z.object({ type: z.string(), id: z.string(), name: z.string() }),
  diff: z.array(z.object({ path: z.string(), from: z.unknown().optional(), to: z.unknown().optional() })),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export type AuditRecord = {
  readonly action: string;
  readonly object: AuditEntry['object'];
  readonly diff?: readonly Change[];
};

export async function audit(db: DataSource | EntityManager, actor: Actor, record: AuditRecord): Promise<void> {
  const { action, object, diff = [] } = record;
  await db.query(
    `INSERT INTO audit (at, by, ip, action, object_type, object_id, object_name, diff)
     VALUES (now(), $1, $2, $3, $4, $5, $6, $7)`,
    [actor.by, actor.ip, action, object.type, object.id, object.name, JSON.stringify(diff)],
  );
}

type Row = {
  id: string;
  at: Date;
  by: string;
  ip: string;
  action: string;
  object_type: string;
  object_id: string;
  object_name: string;
  diff: AuditEntry['diff'];
};

/** Newest first; `before` is the id of the last entry seen. */
export async function listAudit(
  db: DataSource,
  page: { limit: number; before?: string | undefined; object?: string | undefined },
): Promise<AuditEntry[]> {
  const found = await rows<Row>(
    db,
    `SELECT * FROM audit WHERE ($1::bigint IS NULL OR id < $1) AND ($2::text IS NULL OR object_type = $2)
     ORDER BY id DESC LIMIT $3`,
    [page.before ?? null, page.object ?? null, page.limit],
  );
  return found.map((row) => ({
    id: String(row.id),
    at: row.at.toISOString(),
    by: row.by,
    ip: row.ip,
    action: row.action,
    object: { type: row.object_type, id: row.object_id, name: row.object_name },
    diff: row.diff,
  }));
}
