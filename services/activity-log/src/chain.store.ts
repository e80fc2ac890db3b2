// The hash chain over all activities, in the order they were written.
import { createHash } from 'node:crypto';
import type { DataSource, EntityManager } from 'typeorm';
import { canonicalJson, storable } from './canonical.ts';

/** One writer at a time, in this schema only: links must not fork. */
const lock = "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.chain'))";

type End = { seq: string; hash: string };

/** SHA-256 of the canonical activity, hex. */
export function rowHashOf(activity: unknown): string {
  return createHash('sha256')
    .update(canonicalJson(storable(activity)))
    .digest('hex');
}

/** SHA-256 over the previous link and the row, hex. */
export function linkHashOf(previous: string, rowHash: string): string {
  return createHash('sha256').update(`${previous}\n${rowHash}`).digest('hex');
}

async function endOf(manager: EntityManager, position: 'head' | 'anchor'): Promise<End> {
  const [end]: End[] = await manager.query('SELECT seq, hash FROM chain_ends WHERE position = $1', [position]);
  if (!end) throw new Error(`chain has no ${position}`);
  return end;
}

/** Adds the link of one row; call it last in the transaction, the lock is held until commit. */
export async function appendLink(manager: EntityManager, id: string, time: string, activity: unknown): Promise<void> {
  await manager.query(lock);
  const head = await endOf(manager, 'head');
  const rowHash = rowHashOf(activity);
  const hash = linkHashOf(head.hash, rowHash);
  const seq = (BigInt(head.seq) + 1n).toString();
  await manager.query('INSERT INTO chain (seq, activity_id, time, row_hash, hash) VALUES ($1, $2, $3, $4, $5)', [
    seq,
    id,
    time,
    rowHash,
    hash,
  ]);
  await manager.query("UPDATE chain_ends SET seq = $1, hash = $2 WHERE position = 'head'", [seq, hash]);
}

/** Forgets the links before the first one still within retention; the anchor keeps the last forgotten hash. */
export async function trimChain(manager: EntityManager, cutoff: Date): Promise<void> {
  await manager.query(lock);
  await manager.query(
    `WITH kept AS (SELECT coalesce((SELECT min(seq) FROM chain WHERE time >= $1), (SELECT max(seq) + 1 FROM chain)) AS seq),
          last AS (SELECT chain.seq, chain.hash FROM chain, kept WHERE chain.seq = kept.seq - 1)
     UPDATE chain_ends SET seq = last.seq, hash = last.hash FROM last WHERE position = 'anchor'`,
    [cutoff],
  );
  await manager.query("DELETE FROM chain WHERE seq <= (SELECT seq FROM chain_ends WHERE position = 'anchor')");
}

export type ChainReport =
  | { readonly intact: true; readonly links: number; readonly head: string }
  | {
      readonly intact: false;
      readonly seq: string;
      readonly problem: 'gap' | 'link' | 'row' | 'missingRow' | 'extraRow';
    };

type Link = {
  seq: string;
  row_hash: string;
  hash: string;
  expired: boolean;
  activity: unknown;
  same_time: boolean | null;
};
const pageSize = 500;

function problemOf(link: Link, previous: End): 'gap' | 'link' | 'row' | 'missingRow' | undefined {
  if (BigInt(link.seq) !== BigInt(previous.seq) + 1n) return 'gap';
  if (link.hash !== linkHashOf(previous.hash, link.row_hash)) return 'link';
  // A dropped day leaves its links without rows; within retention a missing row was deleted by someone.
  if (link.activity === null) return link.expired ? undefined : 'missingRow';
  return link.same_time === true && rowHashOf(link.activity) === link.row_hash ? undefined : 'row';
}

function readPage(manager: EntityManager, after: string, cutoff: Date): Promise<Link[]> {
  return manager.query(
    `SELECT c.seq, c.row_hash, c.hash, c.time < $2 AS expired, a.activity,
            a.time = (a.activity ->> 'time')::timestamptz AS same_time
     FROM chain c LEFT JOIN activities a ON a.id = c.activity_id AND a.time = c.time
     WHERE c.seq > $1 ORDER BY c.seq LIMIT ${pageSize}`,
    [after, cutoff],
  );
}

async function walk(manager: EntityManager, cutoff: Date): Promise<ChainReport> {
  const head = await endOf(manager, 'head');
  let previous = await endOf(manager, 'anchor');
  let links = 0;
  for (;;) {
    const page = await readPage(manager, previous.seq, cutoff);
    for (const link of page) {
      const problem = problemOf(link, previous);
      if (problem) return { intact: false, seq: link.seq, problem };
      previous = link;
      links += 1;
    }
    if (page.length < pageSize) break;
  }
  if (previous.seq !== head.seq || previous.hash !== head.hash) return { intact: false, seq: head.seq, problem: 'gap' };
  const [extra]: unknown[] = await manager.query(
    `SELECT 1 FROM activities a WHERE NOT EXISTS (SELECT 1 FROM chain c WHERE c.activity_id = a.id AND c.time = a.time)
     AND a.time >= $1 LIMIT 1`,
    [cutoff],
  );
  return extra ? { intact: false, seq: head.seq, problem: 'extraRow' } : { intact: true, links, head: head.hash };
}

/**
 * Recomputes every link and row. Finds changed, deleted and inserted rows; a tail cut off together with the head
 * record shows only against a `head` noted elsewhere. `cutoff`: rows older than this may be gone (retention).
 */
export function verifyChain(dataSource: DataSource, cutoff: Date): Promise<ChainReport> {
  return dataSource.transaction('REPEATABLE READ', (manager) => walk(manager, cutoff));
}
