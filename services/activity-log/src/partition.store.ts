// One partition per UTC day: made ahead, dropped after the retention time.
import type { DataSource } from 'typeorm';
import { trimChain } from './chain.store.ts';

const dayMs = 86_400_000;

/** `2026-03-01` of a moment, UTC. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function nameOf(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`not a day: ${day}`);
  return `activities_${day.replaceAll('-', '')}`;
}

async function existing(dataSource: DataSource): Promise<string[]> {
  const rows: { name: string }[] = await dataSource.query(
    `SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = 'activities'::regclass`,
  );
  return rows.map((row) => row.name);
}

/** Makes the partition of a day unless it exists. Rows that already sit in the default partition keep it there. */
export async function ensurePartition(dataSource: DataSource, day: string): Promise<void> {
  const name = nameOf(day);
  const next = dayOf(new Date(Date.parse(`${day}T00:00:00Z`) + dayMs));
  if ((await existing(dataSource)).includes(name)) return;
  await dataSource.transaction(async (manager) => {
    await manager.query("SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.partitions'))");
    await manager.query("SET LOCAL lock_timeout = '2s'");
    await manager.query(
      `CREATE TABLE IF NOT EXISTS ${name} PARTITION OF activities FOR VALUES FROM ('${day}T00:00:00Z') TO ('${next}T00:00:00Z')`,
    );
  });
}

/** Today and the next `ahead` days. */
export async function ensureAhead(dataSource: DataSource, now: Date, ahead: number): Promise<void> {
  for (let offset = 0; offset <= ahead; offset += 1) {
    await ensurePartition(dataSource, dayOf(new Date(now.getTime() + offset * dayMs)));
  }
}

/** Start of the oldest day that is kept. */
export function cutoffOf(now: Date, retentionDays: number): Date {
  return new Date(Date.parse(`${dayOf(now)}T00:00:00Z`) - retentionDays * dayMs);
}

/** Drops every day before the cutoff, and what is that old in the default partition. Answers the dropped names. */
export async function dropExpired(dataSource: DataSource, cutoff: Date): Promise<string[]> {
  const oldest = nameOf(dayOf(cutoff));
  const expired = (await existing(dataSource)).filter((name) => /^activities_\d{8}$/.test(name) && name < oldest);
  for (const name of expired) await dataSource.query(`DROP TABLE IF EXISTS ${name}`);
  await dataSource.transaction(async (manager) => {
    await manager.query('DELETE FROM activities_default WHERE time < $1', [cutoff]);
    await trimChain(manager, cutoff);
  });
  return expired;
}
