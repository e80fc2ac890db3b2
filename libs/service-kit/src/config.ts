// Configuration is read once, checked as a whole, and every problem is named with variable, value and remedy.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const baseShape = {
  NATS_URL: z.string().default('nats://127.0.0.1:4222').describe('NATS server, nats://host:port'),
  NATS_USER: z.string().optional().describe('NATS user of this service'),
  NATS_PASSWORD: z.string().optional().describe('password of that user (NATS_PASSWORD_FILE in production)'),
  HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(0)
    .describe('port of /livez, /readyz, /metrics; 0 = free'),
  LISTEN_HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('pino level'),
};

export type BaseConfig = z.infer<z.ZodObject<typeof baseShape>>;

export type ConfigDefinition<S extends z.ZodRawShape = z.ZodRawShape> = {
  readonly service: string;
  /** Names of all variables, the common ones included. */
  readonly variables: readonly string[];
  /** Names of those without a default. */
  readonly required: readonly string[];
  /** Parses an environment. Throws {@link ConfigError} listing every problem. */
  parse(environment: Readonly<Record<string, string | undefined>>): z.infer<z.ZodObject<S>> & BaseConfig;
};

/** All problems of a configuration in one message. */
export class ConfigError extends Error {
  readonly code = 'CONFIG';
  readonly problems: readonly string[];

  constructor(service: string, problems: readonly string[]) {
    super(`${service} cannot start, its configuration is wrong:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Defines a service's variables. `X_FILE` names a file whose content is X (secrets); both at once is refused. */
export function defineConfig<S extends z.ZodRawShape>(service: string, shape: S): ConfigDefinition<S> {
  const schema = z.object({ ...baseShape, ...shape });
  const variables = Object.keys(schema.shape);
  const fields = schema.shape as Record<string, z.ZodType>;
  return {
    service,
    variables,
    required: variables.filter((name) => !fields[name]?.safeParse(undefined).success),
    parse(environment) {
      const problems: string[] = [];
      const values = Object.fromEntries(variables.map((name) => [name, readVariable(name, environment, problems)]));
      const parsed = schema.safeParse(values);
      for (const issue of parsed.error?.issues ?? []) {
        problems.push(describe(String(issue.path[0]), issue.message, values, fields));
      }
      if (problems.length > 0 || !parsed.success) throw new ConfigError(service, problems);
      return parsed.data as z.infer<z.ZodObject<S>> & BaseConfig;
    },
  };
}

function readVariable(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): string | undefined {
  const file = environment[`${name}_FILE`];
  const value = environment[name] || undefined;
  if (!file) return value;
  if (value) problems.push(`${name} and ${name}_FILE are both set; keep one`);
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    problems.push(`${name}_FILE=${file}: the file cannot be read; check path and permissions`);
    return undefined;
  }
}

const secretName = /PASSWORD|SECRET|KEY|TOKEN|DATABASE_URL/;

function describe(
  name: string,
  message: string,
  values: Readonly<Record<string, string | undefined>>,
  fields: Readonly<Record<string, z.ZodType>>,
): string {
  const value = values[name];
  const shown =
    value === undefined ? 'is not set' : secretName.test(name) ? 'is set to an unusable value' : `is "${value}"`;
  const remedy = fields[name]?.description;
  return `${name} ${shown}: ${message}${remedy ? `; expected: ${remedy}` : ''}`;
}
