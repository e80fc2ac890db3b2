// From the filter of the screens to SQL: values are always parameters, never text of the statement.

import type { ActivityFilter } from '@gatehouse/contracts/queries';
import { referenceIdSchema } from '@gatehouse/contracts/vocabulary';
import { z } from 'zod';

export type Place = { readonly time: string; readonly id: string };
export type Where = { readonly where: string; readonly parameters: unknown[] };

const placeSchema = z.tuple([z.string().regex(/^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/), z.uuid()]);

/** A cursor of ours that someone changed. */
export class CursorError extends Error {
  readonly code = 'BAD_CURSOR';
}

/** Opaque text for a place in the list. */
export function writeCursor(place: Place): string {
  return Buffer.from(JSON.stringify([place.time, place.id])).toString('base64url');
}

/** The place a cursor stands for. Throws {@link CursorError}. */
export function readCursor(cursor: string): Place {
  try {
    const [time, id] = placeSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
    return { time, id };
  } catch (cause) {
    throw new CursorError('unreadable cursor', { cause });
  }
}

const listColumns = {
  app: 'app',
  user: 'user_name',
  activityType: 'activity_type',
  appliedAction: 'applied_action',
  country: 'country',
} as const;
const tagColumns = { policy: 'policies', deviceTag: 'device_tags' } as const;

/** `%`, `_` and the escape sign itself stand for themselves. */
function likeText(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

function searchCondition(text: string, bind: (value: unknown) => string): string {
  const reference = referenceIdSchema.safeParse(text.toUpperCase());
  if (reference.success) return `reference_id = ${bind(reference.data)}`;
  return `search_text LIKE lower(${bind(likeText(text))})`;
}

function conditionsOf(filter: ActivityFilter, bind: (value: unknown) => string): string[] {
  const found: string[] = [];
  if (filter.from !== undefined) found.push(`time >= ${bind(filter.from)}`);
  if (filter.to !== undefined) found.push(`time <= ${bind(filter.to)}`);
  for (const [name, column] of Object.entries(listColumns) as [keyof typeof listColumns, string][]) {
    if (filter[name] !== undefined) found.push(`${column} = ANY(${bind(filter[name])}::text[])`);
  }
  for (const [name, column] of Object.entries(tagColumns) as [keyof typeof tagColumns, string][]) {
    if (filter[name] !== undefined) found.push(`${column} ?| ${bind(filter[name])}::text[]`);
  }
  if (filter.ip !== undefined) found.push(`ip = ${bind(filter.ip)}`);
  if (filter.sessionId !== undefined) found.push(`session_id = ${bind(filter.sessionId)}`);
  const search = filter.search?.trim();
  if (search) found.push(searchCondition(search, bind));
  return found;
}

/** The WHERE clause (empty: none) and its parameters; `after` continues a list, newest first. */
export function whereOf(filter: ActivityFilter, after: Place | undefined): Where {
  const parameters: unknown[] = [];
  const bind = (value: unknown) => `$${parameters.push(value)}`;
  const conditions = conditionsOf(filter, bind);
  if (after) conditions.push(`(time, id) < (${bind(after.time)}::timestamptz, ${bind(after.id)}::uuid)`);
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, parameters };
}
