// How fast files are labelled, protected and opened: the library, the labeler's data plane, key release with its stores.
import { randomBytes, randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { applyLabel } from '@gatehouse/label/apply';
import { bytesSource } from '@gatehouse/label/source';
import { strToU8, zipSync } from 'fflate';
import { proofOf, requestToken, startKeyWorld } from '../../services/key-access/test/key-world.ts';
import { startProtectServer } from './label-server.ts';

const mebi = 2 ** 20;
const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const stamp = {
  ...{ id: '22222222-0000-4000-8000-000000000002', siteId: site, name: 'Secret', priority: 20, contentBits: 0 },
  ...{ setDate: '2026-01-02T03:04:05Z', actionId: randomUUID() },
};
const ranks = { sites: new Set([site]), priorities: new Map([[stamp.id, 20]]) };
const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });
const mainType = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';

function docx(bytes: number): Uint8Array {
  return zipSync({
    '[Content_Types].xml': strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    '_rels/.rels': strToU8(
      `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="${mainType}" Target="word/document.xml"/></Relationships>`,
    ),
    'word/document.xml': strToU8('<a/>'),
    'word/media/a.png': [new Uint8Array(randomBytes(bytes)), { level: 0 }],
  });
}

const sorted = (times: readonly number[]) => [...times].sort((a, b) => a - b);
const at = (times: readonly number[], share: number) => sorted(times)[Math.floor(times.length * share)] ?? 0;

function measure(name: string, value: number, unit: string, op: '<=' | '>=', goal: number): void {
  const met = op === '<=' ? value <= goal : value >= goal;
  console.log(`measure ${name} ${value.toFixed(1)}${unit} goal ${op}${goal}${unit} ${met ? 'met' : 'short'}`);
}

function labelOnly(): number {
  const source = bytesSource(docx(mebi));
  const times: number[] = [];
  for (let i = 0; i < 220; i++) {
    const started = performance.now();
    if (applyLabel(source, stamp, { inflate, ranks }).type !== 'written') throw new Error('not labelled');
    if (i >= 20) times.push(performance.now() - started);
  }
  return at(times, 0.5);
}

async function protect(): Promise<{ p95: number; seconds: number; growthMb: number }> {
  const server = await startProtectServer();
  try {
    const small = docx(mebi);
    const times: number[] = [];
    for (let i = 0; i < 120; i++) {
      const started = performance.now();
      await server.send(small);
      if (i >= 20) times.push(performance.now() - started);
    }
    const large = docx(100 * mebi);
    await server.rss('reset');
    const started = performance.now();
    await server.send(large);
    const seconds = (performance.now() - started) / 1000;
    console.log(`protect 1 MB median: ${at(times, 0.5).toFixed(1)} ms`);
    return { p95: at(times, 0.95), seconds, growthMb: await server.rss('growth') };
  } finally {
    server.stop();
  }
}

/** Everything from the proof to the audit row, 32 asked for at a time. */
async function rewraps(): Promise<{ perCore: number; p95: number }> {
  const world = await startKeyWorld();
  try {
    const kim = await world.person('kim@acme.example');
    const sealed = await world.seal();
    const count = 1600;
    const asks = await Promise.all(
      Array.from({ length: count }, async () => ({
        proof: await proofOf(kim),
        token: await requestToken(kim, [sealed]),
      })),
    );
    const times: number[] = [];
    const cpu = process.cpuUsage();
    let next = 0;
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        for (let ask = asks[next++]; ask; ask = asks[next++]) {
          const started = performance.now();
          const answer = await world.ask(kim, [sealed], ask);
          if (answer.status !== 200 || !JSON.stringify(answer.body).includes('permit')) throw new Error('no key');
          times.push(performance.now() - started);
        }
      }),
    );
    const used = process.cpuUsage(cpu);
    // This process also plays the policy decision; its share is in the figure, so the figure is a lower bound.
    return { perCore: count / ((used.user + used.system) / 1e6), p95: at(times, 0.95) };
  } finally {
    await world.stop();
  }
}

console.log('2 cores shared with others make these figures noisy; run it alone to compare.');
measure('label_1mb_docx_median', labelOnly(), 'ms', '<=', 10);
const { p95, seconds, growthMb } = await protect();
measure('protect_1mb_p95', p95, 'ms', '<=', 30);
measure('protect_100mb', seconds, 's', '<=', 2.5);
measure('protect_100mb_rss_growth', growthMb, 'MB', '<=', 64);
if (process.argv[2] === 'protect') process.exit(0);
const released = await rewraps();
measure('rewraps_per_core', released.perCore, '/s', '>=', 500);
console.log(`rewrap p95 with 32 at a time: ${released.p95.toFixed(1)} ms`);
process.exit(0);
