// decision.evaluate at a fixed rate whatever the answers take (open loop), against the real process.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { startPdp } from './pdp.ts';
import { asPolicy, asRequest, requests, rules } from './policy-rules.ts';
import { measureLine, percentile } from './report.ts';

const policies = 1_000;
const perSecond = 2_000;
const seconds = 10;

type Load = { readonly latencies: readonly number[]; readonly lost: number; readonly generatorCpuMs: number };

/**
 * Sends `perSecond` requests a second, each at its own time; a latency counts from the moment the request was due, so
 * that a generator or server that falls behind shows. Answers are only looked at for being verdicts.
 */
async function openLoop(nats: NatsConnection, subject: string, payloads: readonly Uint8Array[]): Promise<Load> {
  const inbox = `bench.answers.${Math.random().toString(36).slice(2)}`;
  const total = perSecond * seconds;
  const due = new Float64Array(total);
  const latencies: number[] = [];
  const subscription = nats.subscribe(`${inbox}.*`, {
    callback: (_, message) => {
      const at = Number(message.subject.slice(inbox.length + 1));
      if (!isVerdict(message.data)) throw new Error(`not a verdict: ${message.string().slice(0, 200)}`);
      latencies.push(performance.now() - due[at]!);
    },
  });
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (let sent = 0; sent < total; ) {
    const dueBy = Math.min(total, Math.floor(((performance.now() - start) / 1000) * perSecond));
    for (; sent < dueBy; sent += 1) {
      due[sent] = start + (sent * 1000) / perSecond;
      nats.publish(subject, payloads[sent % payloads.length]!, { reply: `${inbox}.${sent}` });
    }
    // The event loop turns once, so that answers are taken; a timer would be late by a millisecond.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await sleep(1_000);
  const used = process.cpuUsage(cpu);
  subscription.unsubscribe();
  return { latencies, lost: total - latencies.length, generatorCpuMs: (used.user + used.system) / 1000 / total };
}

const marker = Buffer.from('"verdict":{');
const isVerdict = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).includes(marker);

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** What remains of a latency when the answer costs nothing: generator and NATS alone. */
async function floor(nats: NatsConnection, url: string, payloads: readonly Uint8Array[]): Promise<Load> {
  const echo = await connect({ servers: url });
  const reply = Buffer.from('{"verdict":{}}');
  echo.subscribe('bench.echo', { callback: (_, message) => void message.respond(reply) });
  const load = await openLoop(nats, 'bench.echo', payloads);
  await echo.close();
  return load;
}

export async function measureService(): Promise<void> {
  const pdp = await startPdp();
  const nats = await connect({ servers: pdp.natsUrl });
  try {
    await pdp.store(rules(policies).map(asPolicy));
    const payloads = requests(500).map((asked) => Buffer.from(JSON.stringify(asRequest(asked))));
    await untilServed(nats, payloads[0]!);
    const subject = decisionEvaluate.subject;
    await openLoop(nats, subject, payloads);
    const empty = await floor(nats, pdp.natsUrl, payloads);
    const before = cpuMs(pdp.pid);
    const load = await openLoop(nats, subject, payloads);
    const cost = (cpuMs(pdp.pid) - before) / (perSecond * seconds);
    tell('generator and NATS alone', empty);
    tell(`policy-decision, ${policies} policies`, load);
    console.log(`  ${cost.toFixed(3)} ms CPU of policy-decision per decision, ${load.lost} answers lost`);
    measureLine('policy-service-p99-at-2000-per-second', percentile(load.latencies, 99), 'ms', '<=', 2);
    measureLine('policy-service-lost-answers', load.lost, '', '<=', 0);
  } finally {
    await nats.close();
    await pdp.stop();
  }
}

function tell(what: string, { latencies, generatorCpuMs }: Load): void {
  const [p50, p99] = [percentile(latencies, 50), percentile(latencies, 99)].map((value) => value.toFixed(2));
  console.log(`${what}: p50 ${p50} ms, p99 ${p99} ms; generator ${generatorCpuMs.toFixed(3)} ms CPU per request`);
}

/** Until the process answers from the stored policies. */
async function untilServed(nats: NatsConnection, payload: Uint8Array): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await nats.request(decisionEvaluate.subject, payload, { timeout: 1_000 }).catch(() => undefined);
    if (answer && Number(/"snapshotVersion":(\d+)/.exec(answer.string())?.[1]) > 0) return;
    await sleep(100);
  }
  throw new Error('policy-decision does not answer');
}
