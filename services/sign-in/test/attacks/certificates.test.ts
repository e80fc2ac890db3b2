import { expect, it, test } from 'vitest';
import { certificateAttacks } from './certificates.ts';

it.each(certificateAttacks)('$name', async ({ attempt, expected }) => {
  expect(await attempt()).toBe(expected);
});

test('there are enough of them, each with its own name', () => {
  expect(new Set(certificateAttacks.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  expect(new Set(certificateAttacks.map(({ name }) => name)).size).toBe(certificateAttacks.length);
});
