// Load and cost: requests over kept-alive connections, CPU of the server processes from /proc.
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

export type Target = {
  readonly port: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly pids: readonly number[];
};
export type Measured = { readonly cpuMsPerRequest: number; readonly requestsPerSecond: number };

const clockTicksPerSecond = 100;

function cpuMs(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(afterName[11]) + Number(afterName[12]);
  });
  return (ticks.reduce((sum, each) => sum + each, 0) * 1000) / clockTicksPerSecond;
}

/** One request; its size, so that a wrong answer never counts as a fast one. */
export function fetchOnce(target: Target, path: string, agent: Agent): Promise<{ status: number; bytes: number }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: target.port, path, headers: target.headers, agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes })).on('error', reject);
    });
    sent.on('error', reject).end();
  });
}

/** Runs requests for `ms` over 16 connections. */
export async function measure(target: Target, path: string, leastBytes: number, ms: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const [startCpu, start] = [cpuMs(target.pids), performance.now()];
  let count = 0;
  const worker = async () => {
    while (performance.now() - start < ms) {
      const { status, bytes } = await fetchOnce(target, path, agent);
      if (status !== 200 || bytes < leastBytes) throw new Error(`${path} on ${target.port}: ${status}, ${bytes} bytes`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 16 }, worker));
  const seconds = (performance.now() - start) / 1000;
  const cpuMsPerRequest = (cpuMs(target.pids) - startCpu) / count;
  agent.destroy();
  return { cpuMsPerRequest, requestsPerSecond: count / seconds };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
