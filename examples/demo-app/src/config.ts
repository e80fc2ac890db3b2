// The demo apps' settings. `process.env` is read here and nowhere else.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const appSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.string().min(1),
  kind: z.enum(['files', 'crm']).optional(),
  port: z.number().int().min(0).max(65_535),
  publicOrigin: z.url(),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  auth: z.enum(['oidc', 'saml']).default('oidc'),
});

const configSchema = z.object({
  APPS: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: 'custom', message: 'is not JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.array(appSchema).min(1)),
  ISSUER: z.url().default('http://idp.gatehouse.localhost:9100'),
  LISTEN_HOST: z.string().default('127.0.0.1'),
  ALLOW_LOCALHOST: z
    .enum(['true', 'false'])
    .default('false')
    .transform((value) => value === 'true'),
});
export type DemoConfig = z.infer<typeof configSchema>;

/** Reads and checks the environment; APPS (it carries client secrets) may be given as a file in APPS_FILE. */
export function readConfig(env: NodeJS.ProcessEnv = process.env): DemoConfig {
  const apps = env.APPS ?? (env.APPS_FILE ? readFileSync(env.APPS_FILE, 'utf8') : undefined);
  const parsed = configSchema.safeParse({ ...env, APPS: apps });
  if (parsed.success) return parsed.data;
  // Paths and messages only: the values may hold client secrets.
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`demo-app configuration:\n  ${problems.join('\n  ')}`);
}
