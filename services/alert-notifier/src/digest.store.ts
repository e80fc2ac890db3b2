// Days that went over the limit and were not accounted for yet.
import type { Ranked } from '@gatehouse/alerting/digest';
import type { EntityManager } from 'typeorm';

export type DueDigest = {
  readonly policyId: string;
  readonly policyName: string;
  readonly day: string;
  readonly sent: number;
  readonly suppressed: number;
};

/**
 * Takes one past day with suppressed alerts, marking it accounted for in this transaction; other replicas skip it.
 * A match that arrives later for the same day makes it due again: nothing is dropped silently.
 */
export async function claimDigest(manager: EntityManager, today: string): Promise<DueDigest | undefined> {
  const [due]: DueDigest[] = await manager.query(
    `WITH claimed AS (
       UPDATE policy_days SET digested = suppressed
       WHERE (policy_id, day) = (SELECT policy_id, day FROM policy_days WHERE day < $1 AND digested < suppressed
                                 ORDER BY day, policy_id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING policy_id, policy_name, day, sent, suppressed)
     SELECT policy_id AS "policyId", policy_name AS "policyName", day::text AS day, sent, suppressed FROM claimed`,
    [today],
  );
  return due;
}

/** The most frequent users or apps of a policy's day. */
export function topOf(manager: EntityManager, column: 'user_name' | 'app', due: DueDigest): Promise<Ranked[]> {
  return manager.query(
    `SELECT ${column} AS name, count(*)::int AS count FROM alerts WHERE policy_id = $1 AND day = $2
     GROUP BY ${column} ORDER BY count(*) DESC, ${column} LIMIT 5`,
    [due.policyId, due.day],
  );
}
