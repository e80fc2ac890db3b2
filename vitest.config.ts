import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{libs,services,cli,examples,tools,bench,e2e}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
