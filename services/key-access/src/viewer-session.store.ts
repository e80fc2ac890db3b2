// Who is signed in to the viewer: an opaque cookie, its hash in the database.
import { createHash, randomBytes } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Subject } from './open-check.ts';

export const sessionMs = 60 * 60_000;
const signInMs = 10 * 60_000;
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const token = () => randomBytes(32).toString('base64url');
const subjectSchema = z.object({
  user: z.string(),
  groups: z.array(z.string()),
  deviceTags: z.array(z.string()),
  strong: z.boolean(),
  authenticatedAt: z.number(),
});

export type SignIn = {
  readonly state: string;
  readonly browser: string;
  readonly nonce: string;
  readonly verifier: string;
};

export class ViewerSessionStore {
  readonly #source: DataSource;
  constructor(source: DataSource) {
    this.#source = source;
  }

  /** Begins a sign-in that only this browser can finish. */
  async begin(): Promise<SignIn> {
    const signIn = { state: token(), browser: token(), nonce: token(), verifier: token() };
    await this.#source.query('DELETE FROM sign_ins WHERE expires_at < now()');
    await this.#source.query('INSERT INTO sign_ins VALUES ($1, $2, $3, $4, $5)', [
      ...[hash(signIn.state), hash(signIn.browser), signIn.nonce, signIn.verifier],
      new Date(Date.now() + signInMs),
    ]);
    return signIn;
  }

  /** The sign-in this state and browser began, once. */
  async consume(state: string, browser: string): Promise<Pick<SignIn, 'nonce' | 'verifier'> | undefined> {
    const [rows]: [{ nonce: string; verifier: string }[]] = await this.#source.query(
      'DELETE FROM sign_ins WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > now() RETURNING nonce, verifier',
      [hash(state), hash(browser)],
    );
    return rows[0];
  }

  async create(subject: Subject): Promise<string> {
    const id = token();
    await this.#source.query('DELETE FROM viewer_sessions WHERE expires_at < now()');
    await this.#source.query('INSERT INTO viewer_sessions VALUES ($1, $2, $3)', [
      ...[hash(id), JSON.stringify(subject)],
      new Date(Date.now() + sessionMs),
    ]);
    return id;
  }

  async find(id: string | undefined): Promise<Subject | undefined> {
    if (!id) return undefined;
    const rows: { subject: unknown }[] = await this.#source.query(
      'SELECT subject FROM viewer_sessions WHERE id_hash = $1 AND expires_at > now()',
      [hash(id)],
    );
    return rows[0] && subjectSchema.parse(rows[0].subject);
  }
}
