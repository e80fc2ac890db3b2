// API tokens: a random secret of which the table keeps only the hash. A token acts as its maker, operator at most.
import { randomUUID } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { type LoginSession, newSecret, sha256 } from './login-session.store.ts';
import { Problem } from './problem.ts';
import { holds, type Role } from './role.ts';
import { rows } from './sql.ts';

/** Recognisable, so that scanners for leaked secrets find one. */
const prefix = 'ghp_';

export const tokenScopes = ['read', 'write'] as const;

export const apiTokenSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  scope: z.enum(tokenScopes),
  owner: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().optional(),
});
export type ApiToken = z.infer<typeof apiTokenSchema>;

type Row = {
  id: string;
  name: string;
  scope: ApiToken['scope'];
  email: string;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
};

function toToken(row: Row): ApiToken {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    owner: row.email,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at.toISOString() }),
  };
}

const select = 'SELECT t.*, a.email FROM api_tokens t JOIN admins a ON a.id = t.admin_id';

/** Tokens of one administrator, or of all; expired ones included. */
export async function listTokens(db: DataSource | EntityManager, adminId: string | undefined): Promise<ApiToken[]> {
  const found = await rows<Row>(db, `${select} WHERE $1::uuid IS NULL OR a.id = $1 ORDER BY t.created_at DESC`, [
    adminId ?? null,
  ]);
  return found.map(toToken);
}

export async function insertToken(
  manager: EntityManager,
  adminId: string,
  token: { readonly name: string; readonly scope: ApiToken['scope']; readonly days: number },
): Promise<{ readonly token: ApiToken; readonly secret: string }> {
  const secret = prefix + newSecret();
  const id = randomUUID();
  await manager.query(
    `INSERT INTO api_tokens (id, admin_id, name, hash, scope, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, now(), now() + make_interval(days => $6))`,
    [id, adminId, token.name, sha256(secret), token.scope, token.days],
  );
  const [row] = await rows<Row>(manager, `${select} WHERE t.id = $1`, [id]);
  if (row === undefined) throw new Error('token row was not written');
  return { token: toToken(row), secret };
}

/** Throws NOT_FOUND, also for somebody else's token unless `adminId` is left out. */
export async function deleteToken(manager: EntityManager, id: string, adminId: string | undefined): Promise<ApiToken> {
  const found = (await listTokens(manager, adminId)).find((token) => token.id === id);
  if (found === undefined) throw new Problem('NOT_FOUND', { detail: 'There is no such token.' });
  await manager.query('DELETE FROM api_tokens WHERE id = $1', [id]);
  return found;
}

/** `Bearer <secret>`: the secret; undefined for every other header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer +([\w-]{1,200})$/i.exec(header ?? '')?.[1];
}

/** What a token may do: its scope, and never more than its maker may now. */
export function roleOfToken(scope: ApiToken['scope'], owner: Role): Role {
  const most: Role = scope === 'write' ? 'operator' : 'reader';
  return holds(owner, most) ? most : owner;
}

type Owner = { id: string; name: string; scope: ApiToken['scope']; admin_id: string; email: string; role: Role };

/** The session of a live token; undefined for one that is unknown or expired. Notes its use, once a minute at most. */
export async function findTokenSession(db: DataSource, secret: string): Promise<LoginSession | undefined> {
  if (!secret.startsWith(prefix)) return undefined;
  const hash = sha256(secret);
  const [row] = await rows<Owner>(
    db,
    `SELECT t.id, t.name, t.scope, t.admin_id, a.email, a.role FROM api_tokens t JOIN admins a ON a.id = t.admin_id
     WHERE t.hash = $1 AND t.expires_at > now()`,
    [hash],
  );
  if (row === undefined) return undefined;
  await db.query(
    `UPDATE api_tokens SET last_used_at = now()
     WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
    [row.id],
  );
  const user = { id: row.admin_id, email: row.email, role: roleOfToken(row.scope, row.role) };
  return { idHash: hash, csrfToken: '', user, token: row.name };
}
