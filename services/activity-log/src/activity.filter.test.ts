import { expect, test } from 'vitest';
import { CursorError, readCursor, whereOf, writeCursor } from './activity.filter.ts';

test('no filter, no clause', () => {
  expect(whereOf({}, undefined)).toEqual({ where: '', parameters: [] });
});

test('values are parameters; lists are any-of; rows are all-of', () => {
  const evil = "'; DROP TABLE activities; --";
  expect(whereOf({ app: ['box', evil], deviceTag: ['compliant'], search: '50%_' }, undefined)).toEqual({
    where: 'WHERE app = ANY($1::text[]) AND device_tags ?| $2::text[] AND search_text LIKE lower($3)',
    parameters: [['box', evil], ['compliant'], '%50\\%\\_%'],
  });
});

test('a reference id is looked up, whatever its case', () => {
  expect(whereOf({ search: ' gh-7k3m-9qxt ' }, undefined)).toEqual({
    where: 'WHERE reference_id = $1',
    parameters: ['GH-7K3M-9QXT'],
  });
});

test('cursors come back, forged ones are refused', () => {
  const place = { time: '2026-03-01 10:00:00.123+00', id: '0198c2b0-1111-7000-8000-000000000001' };
  expect(readCursor(writeCursor(place))).toEqual(place);
  for (const forged of ['', 'x', Buffer.from('["1",2]').toString('base64url')]) {
    expect(() => readCursor(forged)).toThrow(CursorError);
  }
});
