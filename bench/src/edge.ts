// Gatehouse beside nginx: same app, same machine, rounds interleaved. Says what a request costs and what fits in a second.
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogueBucket, catalogueSchema } from '@gatehouse/contracts/catalogue';
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import { connect } from '@gatehouse/messaging/messaging';
import { freePort } from '@gatehouse/testkit/free-port';
import { waitForPort } from '@gatehouse/testkit/nats-server';
import { newSnapshotKeys, putSnapshot } from '@gatehouse/testkit/signed-snapshot';
import { storeSession } from '@gatehouse/testkit/stored-session';
import { startNats } from '@gatehouse/testkit/world';
import { clientScriptTag } from '../../services/proxy-edge/src/pages/client-script.ts';
import { fetchOnce, type Measured, measure, median, type Target } from './load.ts';
import { findNginx, type Nginx, startNginx } from './nginx.ts';

const rounds = 5;
const msPerTurn = 900;
const suffix = 'gatehouse.localhost';
const appHost = 'bench.acme.localhost';
const script = { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
// A navigation is recorded: every page costs an activity, written to disk and published.
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'upgrade-insecure-requests': '1' };
const workloads = [
  { name: 'json', path: '/json', leastBytes: 40, nginx: 'passing', kind: script },
  { name: 'html', path: '/html', leastBytes: 116 * 1024, nginx: 'rewriting', kind: navigation },
  { name: 'pass', path: '/pass', leastBytes: 1024 * 1024, nginx: 'passing', kind: script },
] as const;

/** Every answer is recognised and every download judged, as in an installation with policies. */
const downloadPolicy = storedPolicySchema.parse({
  ...{ id: 'p', version: 1, createdAt: '', updatedAt: '', updatedBy: 'bench' },
  policy: {
    ...{ kind: 'SessionPolicy', name: 'No xls', controlType: 'monitorAndControlDownload', action: { type: 'block' } },
    activity: [{ field: 'app', operator: 'equals', values: ['files'] }],
    files: [{ field: 'file.extension', operator: 'equals', values: ['xls'] }],
  },
});

function start(file: string, environment: Record<string, string>): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, file), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
}

/** Starts NATS, the app and the edge with a session and a signed snapshot. */
async function startGatehouse(folder: string) {
  const nats = await startNats();
  const [upstream, port] = [await freePort(), await freePort()];
  const origin = `http://${appHost}:${upstream}`;
  const app = await start('upstream-process.ts', { PORT: String(upstream), ORIGIN: origin });
  const messaging = await connect({ url: nats.url, name: 'bench' });
  const domain = { host: appHost, scheme: 'http', port: upstream, connectTo: { host: '127.0.0.1', port: upstream } };
  const catalogue = catalogueSchema.parse({
    assignments: [{ id: 'everyone', app: 'files', everyone: true }],
    ...{ version: 1, ipRanges: [], identityProviders: [], settings: {} },
    apps: [{ id: 'files', name: 'Bench', domains: [domain], allowPrivate: ['127.0.0.0/8'] }],
  });
  const keys = newSnapshotKeys();
  await (await messaging.bucket(catalogueBucket)).put('current', catalogue);
  await putSnapshot(messaging, keys, [downloadPolicy]);
  const { cookie } = await storeSession(messaging);
  const edge = await start('edge-process.ts', {
    ...{ NATS_URL: nats.url, SUFFIX: suffix, HTTP_PORT: String(port), SIGN_IN_URL: 'http://127.0.0.1:9' },
    SNAPSHOT_PUBLIC_KEY: keys.publicPem,
    SPOOL_DIR: join(folder, 'spool'),
  });
  const host = `${appHost}.${suffix}:${port}`;
  const headers = { host, cookie, accept: '*/*' };
  const target: Target = { port, headers, pids: [edge.pid ?? 0] };
  const stop = async () => {
    edge.disconnect();
    app.disconnect();
    await messaging.close();
    await nats.stop();
  };
  return { target, upstream, origin, publicOrigin: `http://${host}`, stop };
}

type Row = { readonly cpu: number; readonly throughput: number };

/** Both sides in turn, several times; medians of the ratios Gatehouse / nginx. */
async function compare(work: (typeof workloads)[number], gatehouse: Target, nginx: Target): Promise<Row> {
  const pairs: { ours: Measured; theirs: Measured }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const ours = await measure(gatehouse, work.path, work.leastBytes, msPerTurn);
    const theirs = await measure(nginx, work.path, work.leastBytes, msPerTurn);
    pairs.push({ ours, theirs });
  }
  const cpu = median(pairs.map(({ ours, theirs }) => ours.cpuMsPerRequest / theirs.cpuMsPerRequest));
  const throughput = median(pairs.map(({ ours, theirs }) => ours.requestsPerSecond / theirs.requestsPerSecond));
  for (const [side, name] of [
    ['ours', 'gatehouse'],
    ['theirs', `nginx ${work.nginx}`],
  ] as const) {
    const cost = median(pairs.map((pair) => pair[side].cpuMsPerRequest)).toFixed(3);
    const rate = median(pairs.map((pair) => pair[side].requestsPerSecond)).toFixed(0);
    console.log(
      `${work.name.padEnd(6)} ${name.padEnd(16)} ${cost.padStart(8)} ms CPU/request ${rate.padStart(7)} requests/s`,
    );
  }
  console.log(`${work.name.padEnd(6)} ratio            ${cpu.toFixed(2)} CPU, ${throughput.toFixed(2)} throughput`);
  return { cpu, throughput };
}

/** Both must have done the same work: equally long answers, rewritten ones included; only our script's tag comes on top. */
async function sameAnswer(ours: Target, theirs: Target, path: string): Promise<void> {
  const agent = new Agent();
  const [mine, other] = [await fetchOnce(ours, path, agent), await fetchOnce(theirs, path, agent)];
  const tag = path === '/html' ? clientScriptTag(randomBytes(16).toString('base64')).length : 0;
  if (mine.bytes !== other.bytes + tag)
    throw new Error(`${path}: Gatehouse gives ${mine.bytes} bytes, nginx ${other.bytes}`);
}

async function run(binary: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const gatehouse = await startGatehouse(folder);
  const ports = { rewriting: await freePort(), passing: await freePort(), upstream: gatehouse.upstream };
  let nginx: Nginx | undefined;
  try {
    nginx = startNginx(binary, folder, ports, gatehouse.origin, gatehouse.publicOrigin);
    await Promise.all([waitForPort(ports.rewriting), waitForPort(ports.passing)]);
    const pids = nginx.workers();
    const rows = new Map<string, Row>();
    for (const work of workloads) {
      const target = { port: ports[work.nginx], headers: { host: appHost }, pids };
      const ours = { ...gatehouse.target, headers: { ...gatehouse.target.headers, ...work.kind } };
      await sameAnswer(ours, target, work.path);
      await measure(ours, work.path, work.leastBytes, 1500);
      rows.set(work.name, await compare(work, ours, target));
    }
    goal('rewriting-cpu-vs-nginx-sub-filter', rows.get('html')?.cpu ?? Number.NaN, '<=', 1);
    goal('pass-through-throughput-vs-nginx', rows.get('pass')?.throughput ?? Number.NaN, '>=', 0.7);
  } finally {
    nginx?.process.kill('SIGTERM');
    await gatehouse.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

function goal(name: string, value: number, operator: '<=' | '>=', wanted: number): void {
  const met = operator === '<=' ? value <= wanted : value >= wanted;
  console.log(`measure ${name} ${value.toFixed(2)}x goal ${operator}${wanted} ${met ? 'met' : 'short'}`);
}

const found = findNginx();
if ('missing' in found)
  console.log(`skipped: ${found.missing}; install nginx with http_sub (Debian: nginx-light) to compare`);
else await run(found.binary);
