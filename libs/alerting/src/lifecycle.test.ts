import { describe, expect, it } from 'vitest';
import { type AlertChange, applyChange, changeFaults, mutedBecause, type Standing } from './lifecycle.ts';

const now = new Date('2026-03-01T10:00:00Z');
const later = '2026-03-01T14:00:00.000Z';

describe('changes', () => {
  it.each<[string, Standing, AlertChange, Standing]>([
    ['acknowledge', { state: 'open' }, { state: 'acknowledged' }, { state: 'acknowledged' }],
    ['snooze', { state: 'open' }, { state: 'snoozed', snoozedUntil: later }, { state: 'snoozed', snoozedUntil: later }],
    [
      'close keeps the assignee',
      { state: 'acknowledged', assignee: 'ada' },
      { state: 'closed', resolution: 'benign' },
      { state: 'closed', resolution: 'benign', assignee: 'ada' },
    ],
    ['reopen loses the resolution', { state: 'closed', resolution: 'benign' }, { state: 'open' }, { state: 'open' }],
    ['waking up', { state: 'snoozed', snoozedUntil: later }, { state: 'open' }, { state: 'open' }],
    [
      'a comment changes nothing',
      { state: 'closed', resolution: 'truePositive' },
      { comment: 'x' },
      { state: 'closed', resolution: 'truePositive' },
    ],
    ['assign', { state: 'open' }, { assignee: 'bob' }, { state: 'open', assignee: 'bob' }],
    ['give back', { state: 'open', assignee: 'bob' }, { assignee: null }, { state: 'open' }],
  ])('%s', (_, before, change, after) => expect(applyChange(before, change)).toEqual(after));

  it.each<[AlertChange, string[]]>([
    [{}, ['state']],
    [{ state: 'snoozed' }, ['snoozedUntil']],
    [{ state: 'snoozed', snoozedUntil: '2026-03-01T09:00:00Z' }, ['snoozedUntil']],
    [{ state: 'snoozed', snoozedUntil: '2026-05-01T09:00:00Z' }, ['snoozedUntil']],
    [{ state: 'open', resolution: 'benign', snoozedUntil: later }, ['resolution', 'snoozedUntil']],
    [{ state: 'closed', resolution: 'benign' }, []],
    [{ comment: 'x' }, []],
  ])('%j', (change, fields) => expect(changeFaults(change, now).map(({ field }) => field)).toEqual(fields));
});

it.each([
  [undefined, 'low', false],
  ['low', 'low', false],
  ['medium', 'low', true],
  ['medium', 'medium', false],
  ['high', 'medium', true],
  ['high', 'high', false],
  ['none', 'high', true],
  ['high', undefined, false],
  ['none', undefined, true],
] as const)('a recipient who wants %s gets %s: muted %s', (least, severity, muted) =>
  expect(mutedBecause(least, severity) !== undefined).toBe(muted),
);
