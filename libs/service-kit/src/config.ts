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

/** What variables cannot say one by one. Asked only where each of `fields` is good by itself. */
export type CrossCheck<V> = {
  readonly fields: readonly (keyof V & string)[];
  /** The problem in words, variable first and with its remedy; undefined: none. */
  readonly problem: (values: V) => string | undefined;
};

/**
 * Defines a service's variables. `X_FILE` names a file whose content is X (secrets); both at once is refused.
 * `checks` look at several variables together; their problems are reported with all others.
 */
export function defineConfig<S extends z.ZodRawShape>(
  service: string,
  shape: S,
  checks: readonly CrossCheck<z.infer<z.ZodObject<S>> & BaseConfig>[] = [],
): ConfigDefinition<S> {
  const fields = { ...baseShape, ...shape } as unknown as Record<string, z.ZodType>;
  const variables = Object.keys(fields);
  return {
    service,
    variables,
    required: variables.filter((name) => !fields[name]?.safeParse(undefined).success),
    parse(environment) {
      const problems: string[] = [];
      const raw = Object.fromEntries(variables.map((name) => [name, readVariable(name, environment, problems)]));
      const { values, bad } = parseFields(fields, raw, problems);
      const good = values as z.infer<z.ZodObject<S>> & BaseConfig;
      for (const check of checks) {
        const problem = check.fields.some((name) => bad.has(name)) ? undefined : check.problem(good);
        if (problem) problems.push(problem);
      }
      if (problems.length > 0) throw new ConfigError(service, problems);
      return good;
    },
  };
}

function parseFields(
  fields: Readonly<Record<string, z.ZodType>>,
  raw: Readonly<Record<string, string | undefined>>,
  problems: string[],
): { readonly values: Record<string, unknown>; readonly bad: ReadonlySet<string> } {
  const values: Record<string, unknown> = {};
  const bad = new Set<string>();
  for (const [name, field] of Object.entries(fields)) {
    const parsed = field.safeParse(raw[name]);
    if (parsed.success) values[name] = parsed.data;
    else bad.add(name);
    for (const issue of parsed.error?.issues ?? []) problems.push(describe(name, issue.message, raw, fields));
  }
  return { values, bad };
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
