// Pages of recorded decisions for replay: only what a decision is made from, never findings or traces.
import { activityReplayPage, type RecordedDecision, recordedDecisionSchema } from '@gatehouse/contracts/replay';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { readCursor, writeCursor } from './activity.filter.ts';

type Input = z.infer<typeof activityReplayPage.input>;
type Output = z.input<typeof activityReplayPage.output>;
type Row = { readonly id: string; readonly at: string; readonly decision: RecordedDecision };

const columns = Object.keys(recordedDecisionSchema.shape).filter((name) => name !== 'size');
const decision = `(SELECT jsonb_object_agg(key, value) FROM jsonb_each(activity) WHERE key = ANY($5::text[]))
  || jsonb_strip_nulls(jsonb_build_object('size', activity #> '{object,size}'))`;

/** One page, newest first; the first page also counts what was recorded before facts were kept. */
export async function replayPage(dataSource: DataSource, input: Input): Promise<Output> {
  const { kind, from, to, limit, cursor } = input;
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const continues = after ? 'AND (time, id) < ($6::timestamptz, $7::uuid)' : '';
  const rows: Row[] = await dataSource.query(
    `SELECT id, time::text AS at, ${decision} AS decision FROM activities
     WHERE activity ? 'facts' AND activity #>> '{facts,kind}' = $1 AND time >= $2 AND time <= $3 ${continues}
     ORDER BY time DESC, id DESC LIMIT $4`,
    [kind, from, to, limit + 1, columns, ...(after ? [after.time, after.id] : [])],
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    decisions: page.map((row) => row.decision),
    ...(rows.length > limit && last ? { nextCursor: writeCursor({ time: last.at, id: last.id }) } : {}),
    withoutFacts: after ? 0 : await countWithoutFacts(dataSource, input),
  };
}

// A sign-in that no policy was asked about never has facts: it is nothing to replay.
const beforeFacts: Readonly<Record<Input['kind'], string>> = {
  access: `activity_type = 'login' AND activity ->> 'reason' NOT IN ('NOT_ASSIGNED', 'ASSERTION_INVALID')`,
  file: `activity_type = 'download'`,
  watched: `activity_type NOT IN ('login', 'download', 'viewFile')`,
};
const mostCounted = 10_000;

async function countWithoutFacts(dataSource: DataSource, { kind, from, to }: Input): Promise<number> {
  const rows: { count: number }[] = await dataSource.query(
    `SELECT count(*)::int AS count FROM (SELECT FROM activities
     WHERE time >= $1 AND time <= $2 AND NOT (activity ? 'facts') AND ${beforeFacts[kind]} LIMIT ${mostCounted}) AS old`,
    [from, to],
  );
  return rows[0]?.count ?? 0;
}
