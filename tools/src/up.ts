// The embedded world: PostgreSQL, NATS, the demo's programs and all services on this machine, each its own process.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { freePort } from '@gatehouse/testkit/free-port';
import { waitForPort } from '@gatehouse/testkit/nats-server';
import { removePostgres } from '@gatehouse/testkit/postgres-server';
import { superviseNats, supervisePostgres } from './infrastructure.ts';
import { type Supervised, startNode, supervise } from './supervise.ts';
import { WorldError } from './world-error.ts';
import { lockWorld } from './world-lock.ts';
import { choosePorts, type Ports } from './world-ports.ts';
import {
  demoPrograms,
  type Environment,
  firstAdminFile,
  type Program,
  portalOrigin,
  provisionEnvironment,
  type SignInWay,
  servicePrograms,
  suffix,
  type WorldParts,
} from './world-programs.ts';
import { loadSecrets, writeSecretFiles } from './world-secrets.ts';
import { idpIssuer, writeSeed } from './world-seed.ts';

// The same from source (tools/src) and bundled (dist/world).
const root = resolve(import.meta.dirname, '../..');

export type WorldOptions = {
  readonly stateFolder: string;
  readonly ports?: Partial<Ports>;
  /** Deletes the state first; an obtained nats-server stays. */
  readonly fresh?: boolean;
  /** Instead of the demo's apps and policies. */
  readonly seedFile?: string;
  /** How the demo's people sign in; counts for a new state folder. Default: oidc. */
  readonly signIn?: SignInWay;
  /** Further variables by program: `{'proxy-edge': {TRUSTED_PROXIES: '127.0.0.1/32'}}`. */
  readonly environment?: Readonly<Record<string, Environment>>;
  /** Programs left out. */
  readonly without?: readonly string[];
  /** Receives every line of every program; absent: nothing is shown. */
  readonly print?: (name: string, line: string) => void;
  readonly onConfigError?: (name: string) => void;
  /** Gives up a start that is under way, and stops what it started. */
  readonly signal?: AbortSignal;
};

export type Endpoints = {
  readonly files: string;
  readonly crm: string;
  readonly filesHttps: string;
  readonly portal: string;
  readonly setupLink: string | null;
  readonly mail: string;
  readonly sms: string;
  readonly idp: string;
  readonly caFile: string;
  readonly ports: Ports;
  readonly pids: Readonly<Record<string, number>>;
};

export type World = {
  /** As now: a restarted program has a new pid. */
  endpoints(): Endpoints;
  /** Ends every program and keeps the state. */
  stop(): Promise<void>;
};

/** Starts everything and resolves once all of it is ready. Throws {@link WorldError} with the remedy. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const lock = await lockWorld(options.stateFolder);
  const running: Supervised[] = [];
  const stop = async () => {
    // What the edge still answers needs the other services, and those drain into NATS and PostgreSQL.
    const [postgres, nats, ...programs] = running.splice(0);
    await programs.find(({ name }) => name === 'proxy-edge')?.stop();
    await Promise.all(programs.map((program) => program.stop()));
    await nats?.stop();
    await postgres?.stop();
    lock.release();
  };
  try {
    const parts = await prepare(options);
    const endpoints = () => readEndpoints(parts, running);
    const file = join(options.stateFolder, 'endpoints.json');
    rmSync(file, { force: true });
    let ready = false;
    const onChange = () => {
      const now = endpoints();
      lock.remember(Object.values(now.pids));
      // Whoever waits for this file may use what it names at once.
      if (ready) writeFileSync(file, JSON.stringify(now, null, 2), { mode: 0o600 });
    };
    await startAll(options, parts, running, onChange);
    ready = true;
    onChange();
    return { endpoints, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepare(options: WorldOptions): Promise<WorldParts> {
  const { stateFolder } = options;
  if (options.fresh) {
    removePostgres(join(stateFolder, 'postgres'));
    const kept = ['nats', 'lock'];
    for (const name of readdirSync(stateFolder)) {
      if (!kept.includes(name)) rmSync(join(stateFolder, name), { recursive: true, force: true });
    }
  }
  const ports = await choosePorts(stateFolder, options.ports ?? {});
  const secrets = await loadSecrets(stateFolder);
  const seedFile = options.seedFile ?? join(stateFolder, 'seed.yaml');
  const signIn = options.signIn ?? 'oidc';
  if (!options.seedFile) await writeSeed(seedFile, join(root, 'examples/demo-policies'), { ports, secrets, signIn });
  return {
    stateFolder,
    ports,
    secrets,
    seedFile,
    files: writeSecretFiles(stateFolder, secrets),
    natsPort: await freePort(),
    postgresPort: await freePort(),
    logLevel: 'info',
    signIn,
  };
}

async function startAll(
  options: WorldOptions,
  parts: WorldParts,
  running: Supervised[],
  onChange: () => void,
): Promise<void> {
  const print = options.print ?? (() => undefined);
  const say = (line: string) => print('world', line);
  running.push(await supervisePostgres(parts, say));
  running.push(await superviseNats(parts, join(root, '.gatehouse'), say));
  await runOnce('provision', provisionEnvironment(parts), print);
  const all = [...demoPrograms(parts), ...(await servicePrograms(parts))];
  const wanted = all.filter(({ name }) => !options.without?.includes(name));
  let broken = '';
  options.signal?.throwIfAborted();
  for (const { name, environment } of wanted) {
    const file = bundleOf(name);
    const start = () =>
      startNode(file, { ...environment, ...options.environment?.[name] }, (line) => print(name, line));
    const onConfigError = () => {
      broken = name;
      options.onConfigError?.(name);
    };
    running.push(await supervise({ name, start, say, onConfigError, onStarted: () => queueMicrotask(onChange) }));
  }
  await Promise.all(wanted.map((program) => waitUntilReady(program, () => broken, options.signal)));
}

function bundleOf(name: string): string {
  const file = join(root, 'dist', name, 'main.mjs');
  if (!existsSync(file)) throw new WorldError(`dist/${name}/main.mjs is missing: run npm run bundle`);
  return file;
}

async function runOnce(
  name: string,
  environment: Environment,
  print: (name: string, line: string) => void,
): Promise<void> {
  const child = startNode(bundleOf(name), environment, (line) => print(name, line));
  const code = await new Promise((done) => child.once('exit', done));
  if (code !== 0) throw new WorldError(`${name} failed, see its lines above`);
}

async function waitUntilReady(program: Program, broken: () => string, signal?: AbortSignal): Promise<void> {
  if (program.openPort !== undefined) return waitForPort(program.openPort, 60_000);
  const until = Date.now() + 60_000;
  let state = 'it does not answer';
  while (Date.now() < until) {
    signal?.throwIfAborted();
    if (broken()) throw new WorldError(`the configuration of ${broken()} is wrong, see its lines above`);
    try {
      const response = await fetch(`http://127.0.0.1:${program.healthPort}/readyz`, {
        signal: AbortSignal.timeout(2000),
      });
      if (response.ok) return;
      state = await response.text();
    } catch {
      // Not listening yet.
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new WorldError(`${program.name} is not ready after 60 s: ${state}`);
}

function readEndpoints(parts: WorldParts, running: readonly Supervised[]): Endpoints {
  const { ports, stateFolder } = parts;
  const link = firstAdminFile(stateFolder);
  const pids = running.flatMap(({ name, pid }) => (pid() === undefined ? [] : [[name, Number(pid())] as const]));
  return {
    files: `http://files.acme.localhost.${suffix}:${ports.edgeHttp}`,
    crm: `http://crm.acme.localhost.${suffix}:${ports.edgeHttp}`,
    filesHttps: `https://files.acme.localhost.${suffix}:${ports.edgeHttps}`,
    portal: portalOrigin(ports),
    setupLink: existsSync(link) ? readFileSync(link, 'utf8').trim() : null,
    mail: `http://127.0.0.1:${ports.mailWeb}`,
    sms: `http://127.0.0.1:${ports.smsWeb}`,
    idp: idpIssuer(ports),
    caFile: parts.files.caCertificate,
    ports,
    pids: Object.fromEntries(pids),
  };
}
