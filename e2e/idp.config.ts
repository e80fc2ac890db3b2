import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['e2e/idp/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
