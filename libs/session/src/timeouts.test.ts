import { expect, test } from 'vitest';
import { absoluteExpiry, sessionLife } from './timeouts.ts';

const start = Date.parse('2026-11-01T10:00:00.000Z');
const session = { idleMinutes: 60, absoluteExpiry: absoluteExpiry(start, 720) };
const minutes = (count: number) => start + count * 60_000;

test.each([
  ['fresh', 0, 0, { state: 'live' }],
  ['just before idle', 0, 59.99, { state: 'live' }],
  ['idle', 0, 60, { state: 'expired', cause: 'idle' }],
  ['busy to the end', 719, 719.9, { state: 'live' }],
  ['absolute', 719, 720, { state: 'expired', cause: 'absolute' }],
])('%s', (_, seen, now, life) => {
  expect(sessionLife(session, minutes(seen), minutes(now))).toEqual(life);
});

test('unreadable times are expired', () => {
  expect(sessionLife({ ...session, absoluteExpiry: '?' }, start, start).state).toBe('expired');
  expect(sessionLife(session, Number.NaN, start).state).toBe('expired');
});

test('14 days are the most', () => {
  expect(absoluteExpiry(start, 99_999)).toBe('2026-11-15T10:00:00.000Z');
});
