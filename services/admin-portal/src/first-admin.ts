// The first administrator enters by a one-time link; there is no default password.
import { rm, writeFile } from 'node:fs/promises';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { DataSource, EntityManager } from 'typeorm';
import { anyAdmin } from './admin.store.ts';
import { newSecret, sha256 } from './login-session.store.ts';
import { Problem } from './problem.ts';
import { rows } from './sql.ts';

/** A new link at every start while nobody is there; older ones live on until they expire, for other replicas. */
export async function issueFirstAdminLink(
  db: DataSource,
  where: { readonly origin: string; readonly file?: string | undefined },
  log: Pick<Log, 'info'>,
): Promise<void> {
  if (await anyAdmin(db)) return;
  const token = newSecret();
  await db.query('DELETE FROM setup_tokens WHERE expires_at < now()');
  await db.query(`INSERT INTO setup_tokens (hash, expires_at) VALUES ($1, now() + interval '24 hours')`, [
    sha256(token),
  ]);
  const link = `${where.origin}/setup?token=${token}`;
  log.info(`first admin: ${link}`);
  if (where.file !== undefined) await writeFile(where.file, `${link}\n`, { mode: 0o600 });
}

/** Uses the token up; throws SETUP_REFUSED without saying which of the reasons it was. */
export async function redeemSetupToken(manager: EntityManager, token: string): Promise<void> {
  const refused = new Problem('SETUP_REFUSED', {
    detail: 'This link was used, has expired or is not known. Restart the portal to get a new one in its log.',
  });
  await manager.query('LOCK TABLE admins IN SHARE ROW EXCLUSIVE MODE');
  if (await anyAdmin(manager)) throw refused;
  const used = await rows(
    manager,
    'UPDATE setup_tokens SET used_at = now() WHERE hash = $1 AND used_at IS NULL AND expires_at > now() RETURNING hash',
    [sha256(token)],
  );
  if (used.length !== 1) throw refused;
  await manager.query('DELETE FROM setup_tokens WHERE hash <> $1', [sha256(token)]);
}

export async function forgetFirstAdminFile(file: string | undefined): Promise<void> {
  if (file !== undefined) await rm(file, { force: true });
}
