// Ids of proofs that were used, shared by all replicas, until a proof with that id is too old anyway.
import type { DataSource } from 'typeorm';

const sweepMs = 60_000;

export class ProofStore {
  readonly #source: DataSource;
  readonly #sweep: NodeJS.Timeout;
  constructor(source: DataSource) {
    this.#source = source;
    this.#sweep = setInterval(() => {
      // A failed sweep only leaves rows for the next one.
      source.query('DELETE FROM proofs WHERE expires_at < now()').catch(() => undefined);
    }, sweepMs).unref();
  }

  /** True for exactly one of all who ask with this id. */
  async firstUse(id: string, expiresAt: Date): Promise<boolean> {
    const rows: unknown[] = await this.#source.query(
      'INSERT INTO proofs (id, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id',
      [id, expiresAt],
    );
    return rows.length === 1;
  }

  stop(): void {
    clearInterval(this.#sweep);
  }
}
