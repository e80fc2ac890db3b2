// @vitest-environment happy-dom
import { Text } from '@codemirror/state';
import { expect, it } from 'vitest';
import { diagnosticOf } from './yaml-marks.ts';

const text = Text.of(['name: a', '  colour: red', '']);

it('marks a mistake from its column to the end of its line', () => {
  const mark = diagnosticOf({ field: 'colour', message: 'unknown', line: 2, column: 3, permitted: ['a'] }, text);
  expect(mark).toMatchObject({ from: 10, to: 21, message: 'unknown (one of: a)' });
});

it.each([
  [{ line: 9, column: 9 }, 22, 22],
  [{ line: 1, column: 99 }, 7, 7],
  [{}, 0, 7],
])('keeps a place outside the text inside: %o', (place, from, to) => {
  expect(diagnosticOf({ field: 'yaml', message: 'm', ...place }, text)).toMatchObject({ from, to });
});
