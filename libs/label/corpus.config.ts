import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { include: ['libs/label/test/*.corpus.ts'], testTimeout: 120_000 } });
