// docker-compose.yml against what the services really read, and against our own hardening rules.
import { existsSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

const containerSchema = z.object({
  image: z.string(),
  build: z.string().optional(),
  user: z.string().optional(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  secrets: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  networks: z.array(z.string()).default([]),
  network_mode: z.string().optional(),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  container_name: z.string().optional(),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  mem_limit: z.string().optional(),
  pids_limit: z.number().optional(),
  restart: z.string().optional(),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
});
const compose = z
  .object({
    services: z.record(z.string(), containerSchema),
    networks: z.record(z.string(), z.object({ internal: z.boolean().default(false) })),
    volumes: z.record(z.string(), z.object({})),
    secrets: z.record(z.string(), z.object({ file: z.string() })),
  })
  .parse(parse(read('docker-compose.yml'), { merge: true }));

const own = [
  'proxy-edge',
  'sign-in',
  'policy-decision',
  'dlp-scanner',
  'labeler',
  'key-access',
  'activity-log',
  'alert-notifier',
  'admin-portal',
];
const containers = Object.entries(compose.services);
const oneShots = ['provision', 'nats-volume'];
const serviceOf = (name: string) => compose.services[name]!;

const configSchema = z.object({ variables: z.array(z.string()), required: z.array(z.string()) });

async function configOf(service: string): Promise<z.infer<typeof configSchema> | undefined> {
  const file = new URL(`services/${service}/src/config.ts`, root);
  if (!existsSync(file)) return undefined;
  const exported: Record<string, unknown> = await import(pathToFileURL(file.pathname).href);
  return Object.values(exported)
    .map((value) => configSchema.safeParse(value).data)
    .find((found) => found !== undefined);
}

test('all nine services, the bus, the database and the one-shots are there', () => {
  expect(Object.keys(compose.services).sort()).toEqual([...own, 'postgres', 'nats', ...oneShots].sort());
});

test.each(own)('%s: its environment is what its config reads', async (name) => {
  const config = await configOf(name);
  expect(config, 'exports a config definition').toBeDefined();
  const given = Object.keys(serviceOf(name).environment).map((variable) => variable.replace(/_FILE$/, ''));
  const missing = config!.required.filter((variable) => !given.includes(variable));
  const unknown = Object.keys(serviceOf(name).environment).filter(
    (variable) => !config!.variables.includes(variable) && !config!.variables.includes(variable.replace(/_FILE$/, '')),
  );
  expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
});

test.each(own)('%s: runs its own bundle as an own user of the bus', (name) => {
  const service = serviceOf(name);
  expect(service.command).toEqual(['node', `dist/${name}/main.mjs`]);
  expect(service.user).toBe('node');
  expect(service.environment.NATS_USER).toBe(name);
  expect(service.environment.NATS_PASSWORD_FILE).toBe(`/run/secrets/nats-${name}`);
  expect(service.healthcheck?.test?.join(' ')).toContain(`:${service.environment.HEALTH_PORT}/readyz`);
  expect(service.depends_on.provision).toEqual({ condition: 'service_completed_successfully' });
});

test.each(containers)('%s is hardened', (name, container) => {
  expect(container.read_only).toBe(true);
  expect(container.cap_drop).toEqual(['ALL']);
  expect(container.cap_add).toEqual(name === 'nats-volume' ? ['CHOWN'] : []);
  expect(container.privileged).toBeUndefined();
  expect(container.security_opt).toEqual(['no-new-privileges:true']);
  expect(container.tmpfs.find((mount) => mount.startsWith('/tmp:'))).toContain('noexec');
  expect(container.mem_limit).toMatch(/^\d+[mg]$/);
  expect(container.pids_limit).toBeGreaterThan(0);
  expect(container.container_name, 'would forbid --scale').toBeUndefined();
  expect(container.image).not.toMatch(/:latest$|^[^:]+$/);
  if (name !== 'nats-volume') expect(container.user).toMatch(/^(node|postgres|1000:1000)$/);
  if (oneShots.includes(name)) expect(container.restart).toBe('no');
  else expect(container.healthcheck?.test?.length).toBeGreaterThan(1);
});

test('only the edge and the portal are published', () => {
  const published = containers.filter(([, container]) => container.ports.length > 0);
  expect(published.map(([name, container]) => [name, container.ports])).toEqual([
    ['proxy-edge', ['443:8443']],
    ['admin-portal', ['127.0.0.1:8082:8082']],
  ]);
});

test('a network with a way out carries one service; bus and database have none', () => {
  for (const [network, { internal }] of Object.entries(compose.networks)) {
    const members = containers.filter(([, container]) => container.networks.includes(network));
    if (!internal) expect(members, network).toHaveLength(1);
  }
  for (const name of ['nats', 'postgres', 'dlp-scanner', 'labeler', 'key-access', 'policy-decision', 'activity-log']) {
    const open = serviceOf(name).networks.filter((network) => !compose.networks[network]?.internal);
    expect(open, name).toEqual([]);
  }
  for (const name of ['proxy-edge', 'dlp-scanner', 'labeler']) expect(serviceOf(name).networks).not.toContain('data');
});

test('secrets are files that make-secrets.sh makes, and each container gets only those it reads', () => {
  const made = read('deploy/make-secrets.sh');
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    expect(file).toBe(`./deploy/secrets/${name}`);
    const stem = name.replace(/^(nats|postgres|database-url)-/, '');
    expect(made, name).toContain(stem);
  }
  for (const [name, container] of containers) {
    for (const secret of container.secrets) expect(Object.keys(compose.secrets), name).toContain(secret);
    const wanted = Object.values(container.environment).flatMap(
      (value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? [],
    );
    for (const secret of wanted) expect(container.secrets, name).toContain(secret);
    // Bus and database read theirs in start scripts, by file name.
    if (name !== 'nats' && name !== 'postgres') expect(wanted.sort(), name).toEqual([...container.secrets].sort());
  }
  expect(read('deploy/.gitignore')).toContain('secrets/');
  expect(read('.dockerignore')).toContain('deploy/secrets');
});

test('no secret value stands in the environment', () => {
  for (const [name, container] of containers) {
    const bare = Object.entries(container.environment).filter(
      ([variable, value]) =>
        /PASSWORD|SECRET|TOKEN|_KEY$|DATABASE_URL/.test(variable) &&
        !value.startsWith('/run/secrets/') &&
        !variable.endsWith('_DIR'),
    );
    expect(bare, name).toEqual([]);
  }
});

test('networks and volumes that are named exist', () => {
  for (const [name, container] of containers) {
    for (const network of container.networks) expect(Object.keys(compose.networks), name).toContain(network);
    if (container.networks.length === 0) expect(container.network_mode, name).toBe('none');
    for (const volume of container.volumes.map((mount) => mount.split(':')[0] ?? '')) {
      if (volume.startsWith('./deploy/secrets/')) continue;
      if (volume.startsWith('./')) expect(existsSync(new URL(volume, root)), volume).toBe(true);
      else expect(Object.keys(compose.volumes), name).toContain(volume);
    }
  }
});

test('the image: no build arguments, no install scripts, not root', () => {
  const dockerfile = read('Dockerfile');
  expect(dockerfile).not.toMatch(/^ARG|^# *syntax=/m);
  expect(dockerfile).toContain('npm ci --ignore-scripts');
  expect(dockerfile.match(/^FROM (\S+)/gm)).toEqual(['FROM node:24-bookworm-slim', 'FROM node:24-bookworm-slim']);
  expect(dockerfile.trimEnd().split('\n').slice(-2)[0]).toBe('USER node');
});
