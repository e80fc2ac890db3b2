// Configuration of the admin portal, read once at start.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { addressSettings } from '@gatehouse/enforcement/address-sources';
import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

/** Bundled, the web app lies beside the bundle; from source, where vite builds it. */
function builtWebApp(): string {
  const beside = fileURLToPath(new URL('./web', import.meta.url));
  return existsSync(`${beside}/index.html`) ? beside : fileURLToPath(new URL('../web/dist', import.meta.url));
}

/** Bundled, the templates lie beside the bundle; from source, where people read them. */
function templateFiles(): string {
  const beside = fileURLToPath(new URL('./policy-templates', import.meta.url));
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../../examples/policies', import.meta.url));
}

const origins = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim().replace(/\/$/, '')))
  .pipe(z.array(z.url({ protocol: /^https?$/ })).min(1));

const shape = {
  PORT: z.coerce.number().int().min(0).max(65535).default(8082),
  DATABASE_URL: z.string().min(1),
  PUBLIC_ORIGINS: origins,
  SUFFIX: z.string().min(1).toLowerCase(),
  WEB_DIR: z.string().default(builtWebApp),
  ...addressSettings,
  TEMPLATES_DIR: z.string().default(templateFiles),
  SEED_FILE: z.string().optional(),
  FIRST_ADMIN_FILE: z.string().optional(),
};

export type PortalConfig = z.infer<z.ZodObject<typeof shape>>;

export const config = defineConfig('admin-portal', shape);
