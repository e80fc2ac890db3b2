// What npm start and npm test need on a bare machine: packages, Node 24, nats-server. Imports nothing installed and
// runs on Node 20, so that it can be the first thing that runs at all.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
export const stateFolder = resolve(root, process.env.GATEHOUSE_STATE ?? '.gatehouse');

/** A problem of the machine, with its remedy: shown without a stack. */
export class SetupError extends Error {}

const say = (text) => console.error(`gatehouse: ${text}`);

/** npm ci, when the lock file is not the one that node_modules was made from. */
function installPackages() {
  const stamp = join(root, 'node_modules/.gatehouse-lock');
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const installed = existsSync(stamp) ? readFileSync(stamp, 'utf8') : undefined;
  if (installed === hash) return;
  say(`${installed ? 'package-lock.json changed' : 'first start here'}: npm ci, about a minute`);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const result = spawnSync(npm, ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    // Never our own stdout: callers may read it.
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    throw new SetupError(
      'npm ci failed, see above. It needs the npm registry (or a mirror, npm config set registry <url>).',
    );
  }
  writeFileSync(stamp, hash);
}

/** Node 24 of the packages, or this one if it can run the services. */
export function findNode() {
  const { platform, arch } = process;
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  const bundled = join(root, 'node_modules', name, 'bin', platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(bundled)) return bundled;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return process.execPath;
  throw new SetupError(
    `no Node 24 for ${platform} ${arch} in the packages, and ${process.version} is older than 22.19: install Node 24`,
  );
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The places are those where testkit looks, in the same order. */
function findNats() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    ...(process.env.NATS_SERVER_BIN ? [process.env.NATS_SERVER_BIN] : []),
    ...folders.map((folder) => join(folder, 'nats-server')),
    '/usr/sbin/nats-server',
    join(root, '.gatehouse/nats/usr/sbin/nats-server'),
  ];
  return candidates.find(isExecutable);
}

function obtainNats() {
  const found = findNats();
  if (found) return found;
  const folder = join(root, '.gatehouse/nats');
  say("no nats-server here: downloading the distribution's package into .gatehouse/nats, without root");
  const result = spawnSync('sh', [join(root, 'tools/nats-rootless.sh'), folder], { stdio: ['ignore', 2, 2] });
  const obtained = findNats();
  if (result.status === 0 && obtained) return obtained;
  throw new SetupError(
    'could not obtain nats-server. Install it (version 2.9 or newer, https://nats.io/download) and put it on PATH, or set NATS_SERVER_BIN to it.',
  );
}

const browsers = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser for the acceptance scenarios: the distribution's Chromium. */
export function obtainChromium() {
  const found = [process.env.CHROMIUM_BIN, ...browsers].find((file) => file && isExecutable(file));
  if (found) return found;
  const remedy = 'Install it (apt-get install chromium) or set CHROMIUM_BIN to a Chromium or Chrome.';
  if (process.getuid?.() !== 0)
    throw new SetupError(`the browser tests need Chromium, and only root can install it. ${remedy}`);
  say('no Chromium here: apt-get install chromium for the browser tests, about a minute');
  const options = { stdio: ['ignore', 2, 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['-qq', 'update'], options);
  spawnSync('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'chromium'], options);
  const installed = browsers.find(isExecutable);
  if (!installed) throw new SetupError(`could not install Chromium. ${remedy}`);
  return installed;
}

/** Does what is missing. Returns what later steps run with. */
export function setup({ nats = true } = {}) {
  installPackages();
  const node = findNode();
  const natsServer = nats ? obtainNats() : undefined;
  const path = [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter);
  const environment = { ...process.env, PATH: path, ...(natsServer ? { NATS_SERVER_BIN: natsServer } : {}) };
  return { node, natsServer, environment };
}

/** Runs a program with Node 24; resolves with its exit code. Signals of ours go on to it. */
export function runNode({ node, environment }, args, options = {}) {
  const child = spawn(node, args, { cwd: root, env: environment, stdio: 'inherit', ...options });
  const forward = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward);
  return new Promise((done, failed) => {
    child.once('error', failed);
    child.once('exit', (code, signal) => done(code ?? (signal ? 130 : 1)));
  });
}

/** Entry point of the scripts beside: a SetupError is told in one line. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof SetupError ? `gatehouse: ${error.message}` : error);
    process.exitCode = 1;
  }
}
