// Rows of a raw statement: TypeORM answers UPDATE and DELETE as [rows, count], all others as rows.
import type { DataSource, EntityManager } from 'typeorm';

export async function rows<T>(db: DataSource | EntityManager, sql: string, parameters: unknown[] = []): Promise<T[]> {
  const answer: unknown = await db.query(sql, parameters);
  if (!Array.isArray(answer)) return [];
  const isPair = answer.length === 2 && Array.isArray(answer[0]) && typeof answer[1] === 'number';
  return (isPair ? answer[0] : answer) as T[];
}

/** All changes queue here, so that checks over several objects (overlap, use) hold when they commit. */
export async function lockWrites(manager: EntityManager): Promise<void> {
  await manager.query('SELECT version FROM catalogue_version FOR UPDATE');
}
