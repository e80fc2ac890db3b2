// Alerts, the daily limit and outages.
import type { Alert } from '@gatehouse/contracts/queries';
import type { DataSource, EntityManager } from 'typeorm';

export type NewAlert = Omit<Alert, 'state' | 'resolution' | 'assignee' | 'snoozedUntil'> & { readonly day: string };
export type LimitVerdict = { readonly suppressed: boolean; readonly position: number };

/**
 * Counts one match against the policy's day: sent while below the limit, suppressed after. The row lock of the
 * first update orders all replicas, so exactly `dailyLimit` matches find room.
 */
export async function countMatch(
  manager: EntityManager,
  policy: { readonly policyId: string; readonly policyName: string; readonly dailyLimit: number },
  day: string,
): Promise<LimitVerdict> {
  const key = [policy.policyId, day];
  await manager.query(
    'INSERT INTO policy_days (policy_id, day, policy_name) VALUES ($1, $2, $3) ON CONFLICT (policy_id, day) DO NOTHING',
    [...key, policy.policyName],
  );
  const sent: { sent: number }[] = await manager.query(
    `WITH counted AS (
       UPDATE policy_days SET sent = sent + 1 WHERE policy_id = $1 AND day = $2 AND sent < $3 RETURNING sent)
     SELECT sent FROM counted`,
    [...key, policy.dailyLimit],
  );
  if (sent[0]) return { suppressed: false, position: sent[0].sent };
  await manager.query('UPDATE policy_days SET suppressed = suppressed + 1 WHERE policy_id = $1 AND day = $2', key);
  return { suppressed: true, position: 0 };
}

/**
 * Notes that an outage was seen, and answers whether it is a new one: the cause was quiet for `quietMs` before.
 * Old news (a spooled activity of the same outage) never opens it again.
 */
export async function noteOutage(
  manager: EntityManager,
  key: string,
  seenAt: string,
  quietMs: number,
): Promise<boolean> {
  const first: unknown[] = await manager.query(
    'INSERT INTO outages (key, last_seen) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING key',
    [key, seenAt],
  );
  if (first.length > 0) return true;
  const again: { fresh: boolean }[] = await manager.query(
    `WITH before AS (SELECT last_seen FROM outages WHERE key = $1 FOR UPDATE),
          noted AS (UPDATE outages SET last_seen = greatest(outages.last_seen, $2::timestamptz) FROM before WHERE key = $1)
     SELECT $2::timestamptz > last_seen + make_interval(secs => $3) AS fresh FROM before`,
    [key, seenAt, quietMs / 1000],
  );
  return again[0]?.fresh === true;
}

/** Writes the alert row. */
export async function insertAlert(manager: EntityManager, alert: NewAlert): Promise<void> {
  await manager.query(
    `INSERT INTO alerts (id, activity_id, reference_id, policy_id, policy_name, severity, user_name, app, action,
                         file_name, matched_at, day, suppressed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    [
      alert.id,
      alert.activityId,
      alert.referenceId,
      alert.policyId,
      alert.policyName,
      alert.severity,
      alert.user,
      alert.app,
      alert.action,
      alert.fileName ?? null,
      alert.matchedAt,
      alert.day,
      alert.suppressed,
    ],
  );
}

export type AlertRecord = {
  id: string;
  activity_id: string;
  reference_id: string;
  policy_id: string;
  policy_name: string;
  severity: Alert['severity'];
  user_name: string;
  app: string;
  action: string;
  file_name: string | null;
  matched_at: Date;
  suppressed: boolean;
  state: Alert['state'];
  resolution: NonNullable<Alert['resolution']> | null;
  assignee: string | null;
  snoozed_until: Date | null;
};

export function alertOf(record: AlertRecord): Alert {
  return {
    id: record.id,
    activityId: record.activity_id,
    referenceId: record.reference_id,
    policyId: record.policy_id,
    policyName: record.policy_name,
    severity: record.severity,
    user: record.user_name,
    app: record.app,
    action: record.action,
    ...(record.file_name === null ? {} : { fileName: record.file_name }),
    matchedAt: record.matched_at.toISOString(),
    state: record.state,
    ...(record.resolution === null ? {} : { resolution: record.resolution }),
    ...(record.assignee === null ? {} : { assignee: record.assignee }),
    ...(record.snoozed_until === null ? {} : { snoozedUntil: record.snoozed_until.toISOString() }),
    suppressed: record.suppressed,
  };
}

export type AlertQuery = {
  readonly state?: Alert['state'] | undefined;
  readonly policyId?: string | undefined;
  readonly assignee?: string | undefined;
  readonly limit: number;
  readonly before?: string | undefined;
};

/** Alerts, newest first. */
export async function listAlerts(dataSource: DataSource, query: AlertQuery): Promise<Alert[]> {
  const records: AlertRecord[] = await dataSource.query(
    `SELECT * FROM alerts
     WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR policy_id = $2)
       AND ($3::timestamptz IS NULL OR matched_at < $3) AND ($5::text IS NULL OR assignee = $5)
     ORDER BY matched_at DESC, id DESC LIMIT $4`,
    [query.state ?? null, query.policyId ?? null, query.before ?? null, query.limit, query.assignee ?? null],
  );
  return records.map(alertOf);
}

/** Totals, of one policy if named: sent + suppressed = all. */
export async function countAlerts(
  dataSource: DataSource,
  policyId: string | undefined,
): Promise<{ open: number; sent: number; suppressed: number }> {
  const [counts]: { open: number; sent: number; suppressed: number }[] = await dataSource.query(
    `SELECT count(*) FILTER (WHERE state = 'open')::int AS open, count(*) FILTER (WHERE NOT suppressed)::int AS sent,
            count(*) FILTER (WHERE suppressed)::int AS suppressed
     FROM alerts WHERE $1::text IS NULL OR policy_id = $1`,
    [policyId ?? null],
  );
  return counts ?? { open: 0, sent: 0, suppressed: 0 };
}

/** One alert, or undefined. */
export async function findAlert(dataSource: DataSource, id: string): Promise<Alert | undefined> {
  const [record]: AlertRecord[] = await dataSource.query('SELECT * FROM alerts WHERE id = $1', [id]);
  return record && alertOf(record);
}
