// The audit of opens: append-only, hash-chained across replicas, written in batches; no row, no key.
import { createHash, randomUUID } from 'node:crypto';
import { fileOpened } from '@gatehouse/contracts/files';
import type { DataSource, EntityManager } from 'typeorm';

export type OpenEntry = {
  readonly fileId: string;
  readonly user: string;
  readonly allowed: boolean;
  readonly reason: string | undefined;
  readonly at: Date;
};
type Stored = OpenEntry & { readonly id: string; readonly previous: string; readonly hash: string };
type Waiting = { readonly entry: OpenEntry; readonly done: () => void; readonly failed: (error: unknown) => void };

const batch = 200;

/** SHA-256 over the previous hash and the row, in a form without two readings. */
export function chainHash(previous: string, id: string, entry: OpenEntry): string {
  const row = [id, entry.fileId, entry.user, entry.allowed, entry.reason ?? null, entry.at.toISOString()];
  return createHash('sha256')
    .update(`${previous}\n${JSON.stringify(row)}`)
    .digest('hex');
}

export class OpenLog {
  readonly #source: DataSource;
  #waiting: Waiting[] = [];
  #writing = false;
  constructor(source: DataSource) {
    this.#source = source;
  }

  /** Resolves after the row and its event are committed. */
  append(entry: OpenEntry): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ entry, done, failed });
      if (!this.#writing) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const next = this.#waiting.splice(0, batch);
      try {
        await this.#source.transaction((manager) =>
          store(
            manager,
            next.map(({ entry }) => entry),
          ),
        );
        for (const { done } of next) done();
      } catch (error) {
        for (const { failed } of next) failed(error);
      }
    }
    this.#writing = false;
  }
}

async function store(manager: EntityManager, entries: readonly OpenEntry[]): Promise<void> {
  await manager.query("SELECT pg_advisory_xact_lock(hashtext('gatehouse:opens'))");
  const last: { hash: string }[] = await manager.query('SELECT hash FROM opens ORDER BY number DESC LIMIT 1');
  let previous = last[0]?.hash ?? '';
  const rows = entries.map((entry): Stored => {
    const id = randomUUID();
    const row = { ...entry, id, previous, hash: chainHash(previous, id, entry) };
    previous = row.hash;
    return row;
  });
  const column = <T>(value: (row: Stored) => T) => rows.map(value);
  await manager.query(
    `INSERT INTO opens (id, file_id, user_name, allowed, reason, at, previous_hash, hash)
     SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::boolean[], $5::text[], $6::timestamptz[], $7::text[], $8::text[])`,
    [
      column(({ id }) => id),
      column(({ fileId }) => fileId),
      column(({ user }) => user),
      column(({ allowed }) => allowed),
      column(({ reason }) => reason ?? null),
      column(({ at }) => at),
      column((row) => row.previous),
      column(({ hash }) => hash),
    ],
  );
  const events = rows.map(({ id, fileId, user, allowed, reason, at }) =>
    JSON.stringify(
      fileOpened.payload.parse({ id, fileId, user, allowed, ...(reason ? { reason } : {}), at: at.toISOString() }),
    ),
  );
  await manager.query(
    'INSERT INTO outbox (id, subject, payload) SELECT id, $3, payload FROM unnest($1::uuid[], $2::jsonb[]) AS new (id, payload)',
    [column(({ id }) => id), events, fileOpened.subject],
  );
}

/** Whether every row follows from the one before; the number of the first that does not. */
export async function verifyOpens(source: DataSource): Promise<{ readonly rows: number; readonly brokenAt?: number }> {
  type Row = {
    number: string;
    id: string;
    file_id: string;
    user_name: string;
    allowed: boolean;
    reason: string | null;
    at: Date;
    previous_hash: string;
    hash: string;
  };
  const rows: Row[] = await source.query('SELECT * FROM opens ORDER BY number');
  let previous = '';
  for (const row of rows) {
    const entry = {
      fileId: row.file_id,
      user: row.user_name,
      allowed: row.allowed,
      reason: row.reason ?? undefined,
      at: row.at,
    };
    if (row.previous_hash !== previous || chainHash(previous, row.id, entry) !== row.hash)
      return { rows: rows.length, brokenAt: Number(row.number) };
    previous = row.hash;
  }
  return { rows: rows.length };
}
