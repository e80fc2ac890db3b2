// Sessions of administrators: the cookie holds a random id, the table only its hash.
import { createHash, randomBytes } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import type { Role } from './role.ts';
import { rows } from './sql.ts';

export const cookieName = '__Host-gatehouse-portal';
const lifetimeSeconds = 12 * 60 * 60;

export type LoginSession = {
  readonly idHash: string;
  readonly csrfToken: string;
  readonly user: { readonly id: string; readonly email: string; readonly role: Role };
  /** Name of the API token that stands for a session; undefined in a browser. */
  readonly token?: string;
};

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export async function startSession(
  db: DataSource | EntityManager,
  user: LoginSession['user'],
): Promise<{ session: LoginSession; cookie: string }> {
  const id = newSecret();
  const session = { idHash: sha256(id), csrfToken: newSecret(), user };
  await db.query('DELETE FROM login_sessions WHERE expires_at < now()');
  await db.query(
    `INSERT INTO login_sessions (id_hash, admin_id, csrf_token, created_at, expires_at)
     VALUES ($1, $2, $3, now(), now() + make_interval(secs => $4))`,
    [session.idHash, user.id, session.csrfToken, lifetimeSeconds],
  );
  await db.query('UPDATE admins SET last_login_at = now() WHERE id = $1', [user.id]);
  return { session, cookie: cookieOf(id, lifetimeSeconds) };
}

function cookieOf(value: string, maxAge: number): string {
  return `${cookieName}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; Secure; SameSite=Strict`;
}

export const clearedCookie = cookieOf('', 0);

/** A cookie sent twice is refused: one of them was planted. */
export function cookieValue(header: string | undefined): string | undefined {
  const found = (header ?? '').split(';').flatMap((pair) => {
    const [name, ...value] = pair.trim().split('=');
    return name === cookieName ? [value.join('=')] : [];
  });
  return found.length === 1 ? found[0] : undefined;
}

type Row = { csrf_token: string; id: string; email: string; role: Role };

export async function findSession(db: DataSource, cookie: string | undefined): Promise<LoginSession | undefined> {
  if (cookie === undefined || cookie === '') return undefined;
  const idHash = sha256(cookie);
  const [row] = await rows<Row>(
    db,
    `SELECT s.csrf_token, a.id, a.email, a.role FROM login_sessions s JOIN admins a ON a.id = s.admin_id
     WHERE s.id_hash = $1 AND s.expires_at > now()`,
    [idHash],
  );
  if (row === undefined) return undefined;
  return { idHash, csrfToken: row.csrf_token, user: { id: row.id, email: row.email, role: row.role } };
}

export async function endSession(db: DataSource, idHash: string): Promise<void> {
  await db.query('DELETE FROM login_sessions WHERE id_hash = $1', [idHash]);
}

/** Ends what an administrator has open elsewhere, after a new password or role. */
export async function endSessionsOf(manager: EntityManager, adminId: string, exceptIdHash = ''): Promise<void> {
  await manager.query('DELETE FROM login_sessions WHERE admin_id = $1 AND id_hash <> $2', [adminId, exceptIdHash]);
}
