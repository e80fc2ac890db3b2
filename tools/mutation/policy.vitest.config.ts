// Tests of libs/policy for a mutation run: the same ones, with fewer random cases, since they run for every mutant.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['libs/policy/**/*.test.ts'],
    env: { POLICY_PROPERTY_RUNS: '50' },
    pool: 'threads',
    maxWorkers: 1,
    testTimeout: 20_000,
  },
});
