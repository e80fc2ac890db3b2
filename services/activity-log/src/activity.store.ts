// Rows of the activity log.
import type { Activity } from '@gatehouse/contracts/activity';
import type { ActivityFilter, ActivityRow } from '@gatehouse/contracts/queries';
import { once } from '@gatehouse/postgres/inbox';
import type { DataSource } from 'typeorm';
import { readCursor, whereOf, writeCursor } from './activity.filter.ts';
import { storable } from './canonical.ts';
import { appendLink } from './chain.store.ts';

export const consumerName = 'activity-log';

/** Writes the row and its link in the transaction of the inbox entry; false if it was written before. */
export function insertActivity(dataSource: DataSource, activity: Activity): Promise<boolean> {
  return once(dataSource, consumerName, activity.id, async (manager) => {
    const stored = storable(activity);
    await manager.query('INSERT INTO activities (id, time, activity) VALUES ($1, $2, $3)', [
      activity.id,
      activity.time,
      JSON.stringify(stored),
    ]);
    await appendLink(manager, activity.id, activity.time, stored);
  });
}

export type ActivityPage = { activities: ActivityRow[]; nextCursor?: string };

/** One page, newest first; the cursor is the place of its last row, so rows that arrive later move nothing. */
export async function listActivities(
  dataSource: DataSource,
  query: { readonly filter: ActivityFilter; readonly limit: number; readonly cursor?: string | undefined },
): Promise<ActivityPage> {
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor);
  const { where, parameters } = whereOf(query.filter, after);
  const rows: { id: string; at: string; activity: ActivityRow }[] = await dataSource.query(
    `SELECT id, time::text AS at, activity - '{trace,facts}'::text[] AS activity FROM activities ${where}
     ORDER BY time DESC, id DESC LIMIT ${query.limit + 1}`,
    parameters,
  );
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    activities: page.map((row) => row.activity),
    ...(rows.length > query.limit && last ? { nextCursor: writeCursor({ time: last.at, id: last.id }) } : {}),
  };
}

/** The whole activity, by its id or its reference id. */
export async function findActivity(dataSource: DataSource, id: string): Promise<Activity | undefined> {
  const isId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  const rows: { activity: Activity }[] = isId
    ? await dataSource.query('SELECT activity FROM activities WHERE id = $1 LIMIT 1', [id])
    : await dataSource.query('SELECT activity FROM activities WHERE reference_id = $1 ORDER BY time DESC LIMIT 1', [
        id.trim().toUpperCase(),
      ]);
  return rows[0]?.activity;
}

export type CountBy = 'appliedAction' | 'app' | 'user' | 'policy' | 'day';

const groupings: Readonly<Record<CountBy, { key: string; from: string }>> = {
  appliedAction: { key: 'applied_action', from: 'activities' },
  app: { key: 'app', from: 'activities' },
  user: { key: 'user_name', from: 'activities' },
  policy: { key: 'policy', from: 'activities CROSS JOIN LATERAL jsonb_array_elements_text(policies) AS policy' },
  day: { key: "(time AT TIME ZONE 'UTC')::date", from: 'activities' },
};
const mostGroups = 1000;

/** Counts per group: days in order, everything else by frequency. */
export function countActivities(
  dataSource: DataSource,
  query: { readonly filter: ActivityFilter; readonly by: CountBy },
): Promise<{ key: string; count: number }[]> {
  const { key, from } = groupings[query.by];
  const { where, parameters } = whereOf(query.filter, undefined);
  const order = query.by === 'day' ? '1' : '2 DESC, 1';
  return dataSource.query(
    `SELECT (${key})::text AS key, count(*)::int AS count FROM ${from} ${where} GROUP BY ${key} ORDER BY ${order} LIMIT ${mostGroups}`,
    parameters,
  );
}
