// Our policy engine beside Cedar and casbin: same rules, same requests, one process, rounds interleaved.
// Then the service: decisions over NATS at a fixed rate. GATEHOUSE_BENCH=engine or =service runs one of the two.
import { median } from './load.ts';
import { casbin, cedar, type Engine, gatehouse } from './policy-engines.ts';
import { requests, rules } from './policy-rules.ts';
import { measureService } from './policy-service.ts';
import { measureLine, percentile } from './report.ts';

const sizes = [10, 100, 1_000, 10_000];
const rounds = 9;
const msPerTurn = 120;
const asked = requests(500);

/** All engines must say the same of every request before any of them is timed. */
function sameAnswers(engines: readonly Engine[], size: number): void {
  let blocked = 0;
  // The larger the set, the longer the others take: enough requests, not all of them.
  const sample = asked.slice(0, size > 1_000 ? 60 : 500);
  for (const request of sample) {
    const answers = engines.map((engine) => ({ name: engine.name, ...engine.read(engine.prepare(request)()) }));
    const [ours] = answers;
    blocked += Number(ours?.blocked);
    for (const { name, matched, ...answer } of answers) {
      const differs = answer.blocked !== ours?.blocked || (matched && String(matched) !== String(ours?.matched));
      if (differs) throw new Error(`${size} policies: ${name} and ${ours?.name} differ on ${JSON.stringify(request)}`);
    }
  }
  console.log(`${size} policies: ${sample.length} answers equal, ${blocked} of them block`);
}

/** Microseconds per decision over one turn. */
function turn(calls: readonly (() => unknown)[]): number {
  const start = performance.now();
  let count = 0;
  do {
    // A few at a time, so that looking at the clock costs nothing.
    for (let each = 0; each < 5; each += 1) calls[(count + each) % calls.length]?.();
    count += 5;
  } while (performance.now() - start < msPerTurn);
  return ((performance.now() - start) * 1000) / count;
}

type Comparison = { readonly ratios: ReadonlyMap<string, number> };

async function compare(size: number): Promise<Comparison> {
  const set = rules(size);
  const engines = [gatehouse(set), cedar(set), await casbin(set)];
  sameAnswers(engines, size);
  const calls = engines.map((engine) => asked.map(engine.prepare));
  for (const one of calls) turn(one);
  const times = Array.from({ length: rounds }, () => calls.map(turn));
  const ratios = new Map<string, number>();
  for (const [at, { name }] of engines.entries()) {
    const micros = median(times.map((round) => round[at]!));
    const ratio = median(times.map((round) => round[at]! / round[0]!));
    ratios.set(name, ratio);
    const beside = at === 0 ? '' : `${ratio.toFixed(1).padStart(10)} times ours`;
    console.log(`  ${name.padEnd(10)} ${micros.toFixed(1).padStart(10)} µs per decision${beside}`);
  }
  return { ratios };
}

/** Milliseconds of single decisions, each timed alone. */
function inProcess(size: number): number {
  const engine = gatehouse(rules(size));
  const calls = asked.map(engine.prepare);
  for (let warm = 0; warm < 5_000; warm += 1) calls[warm % calls.length]?.();
  const times = Array.from({ length: 20_000 }, (_, at) => {
    const start = performance.now();
    calls[at % calls.length]?.();
    return performance.now() - start;
  });
  console.log(`in process, ${size} policies: p50 ${percentile(times, 50).toFixed(4)} ms`);
  return percentile(times, 99);
}

async function measureEngine(): Promise<void> {
  for (const size of sizes) {
    const { ratios } = await compare(size);
    const goal = size === 1_000 ? 5 : undefined;
    measureLine(`policy-${size}-faster-than-cedar`, ratios.get('cedar') ?? 0, 'x', '>=', goal);
    measureLine(`policy-${size}-faster-than-casbin`, ratios.get('casbin') ?? 0, 'x', '>=', goal);
  }
  measureLine('policy-1000-in-process-p99', inProcess(1_000), 'ms', '<=', 0.1);
}

const only = process.env.GATEHOUSE_BENCH;
if (only !== 'service') await measureEngine();
if (only !== 'engine') await measureService();
