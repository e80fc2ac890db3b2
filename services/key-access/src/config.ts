import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const shape = {
  PORT: z.coerce.number().int().min(0).max(65535).default(8084).describe('port of the key access server'),
  DATABASE_URL: z.string().min(1).describe('postgres://user:password@host:port/database of the keys schema'),
};

export const config = defineConfig('key-access', shape);
export type KeyAccessConfig = ReturnType<typeof config.parse>;
