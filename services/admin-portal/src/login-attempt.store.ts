// Slows down guessing, across replicas: failures are counted per address and per e-mail in a sliding window.
import type { DataSource } from 'typeorm';
import { Problem } from './problem.ts';
import { rows } from './sql.ts';

const windowSeconds = 15 * 60;
const limits = { ip: 20, pair: 5, email: 50 };

type Attempt = { readonly ip: string; readonly email: string };

function subjects({ ip, email }: Attempt): { subject: string; limit: number }[] {
  const name = email.toLowerCase().slice(0, 320);
  return [
    { subject: `ip ${ip}`, limit: limits.ip },
    { subject: `pair ${ip} ${name}`, limit: limits.pair },
    { subject: `email ${name}`, limit: limits.email },
  ];
}

/**
 * Counts the attempt before the password is looked at, so that parallel guesses count too.
 * Throws TOO_MANY_ATTEMPTS at the limit.
 */
export async function countAttempt(db: DataSource, attempt: Attempt): Promise<void> {
  await db.query(`DELETE FROM login_attempts WHERE at < now() - make_interval(secs => $1)`, [windowSeconds]);
  for (const { subject, limit } of subjects(attempt)) {
    const [found] = await rows<{ count: number }>(
      db,
      `WITH added AS (INSERT INTO login_attempts (subject, at) VALUES ($1, now()))
       SELECT count(*)::int AS count FROM login_attempts WHERE subject = $1`,
      [subject],
    );
    // The statement sees the table as it was before its own insert.
    if ((found?.count ?? 0) < limit) continue;
    throw new Problem('TOO_MANY_ATTEMPTS', {
      detail: 'Too many attempts. Wait 15 minutes and try again.',
      retryAfterSeconds: windowSeconds,
    });
  }
}

/** After a success only what this person used up is given back; the address keeps its count. */
export async function forgetAttempts(db: DataSource, attempt: Attempt): Promise<void> {
  const own = subjects(attempt)
    .slice(1)
    .map(({ subject }) => subject);
  await db.query('DELETE FROM login_attempts WHERE subject = ANY($1)', [own]);
}
