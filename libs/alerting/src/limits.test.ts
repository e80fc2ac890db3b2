import { expect, test } from 'vitest';
import { isLastWithinLimit, matchDay, recipientCaps, utcDay } from './limits.ts';

test('days are UTC days', () => {
  expect(utcDay(new Date('2026-03-01T23:59:59.999Z'))).toBe('2026-03-01');
  expect(utcDay(new Date('2026-03-01T23:30:00-02:00'))).toBe('2026-03-02');
});

test('a match counts for the day it happened, and never for a day to come', () => {
  const now = new Date('2026-03-02T00:00:05Z');
  expect(matchDay('2026-03-01T23:59:59Z', now)).toBe('2026-03-01');
  expect(matchDay('2026-03-03T10:00:00Z', now)).toBe('2026-03-02');
});

test('the last within the limit is the limit-th', () => {
  expect([4, 5].map((position) => isLastWithinLimit(position, 5))).toEqual([false, true]);
  expect(isLastWithinLimit(1, 1)).toBe(true);
});

test('caps per recipient', () => {
  expect(recipientCaps).toEqual({ email: 500, sms: 10, webhook: undefined });
});
