// Administrators and how many there are left.
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { Problem } from './problem.ts';
import { type Role, roleSchema } from './role.ts';
import { rows } from './sql.ts';

export const adminSchema = z.object({
  id: z.uuid(),
  email: z.email(),
  role: roleSchema,
  createdAt: z.iso.datetime(),
  lastLoginAt: z.iso.datetime().optional(),
});
export type Admin = z.infer<typeof adminSchema>;

type Row = { id: string; email: string; password: string; role: Role; created_at: Date; last_login_at: Date | null };

function toAdmin(row: Row): Admin {
  return {
    id: row.id,
    email: row.email,
    role: row.role,
    createdAt: row.created_at.toISOString(),
    ...(row.last_login_at === null ? {} : { lastLoginAt: row.last_login_at.toISOString() }),
  };
}

export async function listAdmins(db: DataSource): Promise<Admin[]> {
  return (await rows<Row>(db, 'SELECT * FROM admins ORDER BY lower(email)')).map(toAdmin);
}

export async function anyAdmin(db: DataSource | EntityManager): Promise<boolean> {
  return (await rows(db, 'SELECT 1 FROM admins LIMIT 1')).length > 0;
}

export async function getAdmin(db: DataSource | EntityManager, id: string): Promise<Admin> {
  const [row] = z.uuid().safeParse(id).success ? await rows<Row>(db, 'SELECT * FROM admins WHERE id = $1', [id]) : [];
  if (row === undefined) throw new Problem('NOT_FOUND', { detail: 'There is no such administrator.' });
  return toAdmin(row);
}

export async function findLogin(
  db: DataSource,
  email: string,
): Promise<{ admin: Admin; password: string } | undefined> {
  const [row] = await rows<Row>(db, 'SELECT * FROM admins WHERE lower(email) = lower($1)', [email]);
  return row === undefined ? undefined : { admin: toAdmin(row), password: row.password };
}

export async function insertAdmin(
  manager: EntityManager,
  admin: { email: string; password: string; role: Role },
): Promise<Admin> {
  const [row] = await rows<Row>(
    manager,
    `INSERT INTO admins (id, email, password, role, created_at) VALUES ($1, $2, $3, $4, now())
     ON CONFLICT DO NOTHING RETURNING *`,
    [randomUUID(), admin.email, admin.password, admin.role],
  );
  if (row === undefined) {
    const errors = [{ field: 'email', message: 'this administrator already exists' }];
    throw new Problem('CONFLICT', { detail: 'This administrator already exists.', errors });
  }
  return toAdmin(row);
}

/** The last one who can do everything must stay: call inside the transaction, after the change. */
export async function requireAnAdmin(manager: EntityManager): Promise<void> {
  const left = await rows(manager, `SELECT 1 FROM admins WHERE role = 'admin' LIMIT 1`);
  if (left.length > 0) return;
  throw new Problem('LAST_ADMIN', { detail: 'At least one administrator with role admin must stay.' });
}

export async function updateAdmin(
  manager: EntityManager,
  id: string,
  change: { role?: Role | undefined; password?: string | undefined },
): Promise<void> {
  await manager.query('UPDATE admins SET role = coalesce($2, role), password = coalesce($3, password) WHERE id = $1', [
    id,
    change.role ?? null,
    change.password ?? null,
  ]);
}
