import { expect, it, test } from 'vitest';
import { certificateAttacks, honestCertificate } from './certificates.ts';

it.each(certificateAttacks)('refused: $name', async ({ attempt, expected }) => {
  expect(await attempt()).toBe(expected);
});

test('an honest certificate is tagged, so that a refusal proves something', async () => {
  expect(await honestCertificate()).toBe('tagged');
});

test('there are enough of them, each with its own name', () => {
  expect(new Set(certificateAttacks.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
  expect(new Set(certificateAttacks.map(({ name }) => name)).size).toBe(certificateAttacks.length);
});
