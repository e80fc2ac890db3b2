import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{libs,services,cli,examples,tools,bench,e2e}/**/*.test.{ts,tsx}'],
    // Independent identity providers come from Debian, not from this project: npm run e2e:idp.
    exclude: ['**/node_modules/**', '**/dist/**', 'e2e/idp/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: 2,
  },
});
