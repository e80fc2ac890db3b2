// Finds and runs a real nats-server with JetStream.
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Where a nats-server is looked for, in this order. */
export function natsCandidates(stateFolder: string): readonly string[] {
  const path = (process.env.PATH ?? '').split(':').filter(Boolean);
  return [
    ...(process.env.NATS_SERVER_BIN ? [process.env.NATS_SERVER_BIN] : []),
    ...path.map((folder) => join(folder, 'nats-server')),
    '/usr/sbin/nats-server',
    join(stateFolder, 'nats/usr/sbin/nats-server'),
  ];
}

/** The first executable candidate. */
export function findNatsServer(stateFolder: string): string | undefined {
  return natsCandidates(stateFolder).find((candidate) => {
    try {
      accessSync(candidate, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export type RunningServer = { readonly process: ChildProcess; stop(): Promise<void> };

/** Starts nats-server with the given arguments and waits until its port answers. */
export async function runNatsServer(binary: string, port: number, args: readonly string[]): Promise<RunningServer> {
  const child = spawn(binary, ['-a', '127.0.0.1', '-p', String(port), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-2000);
  });
  const exited = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`nats-server ended with ${code}: ${output}`)));
  });
  exited.catch(() => undefined);
  await Promise.race([waitForPort(port), exited]);
  return { process: child, stop: () => stopProcess(child, 'SIGINT') };
}

/** Resolves once something accepts connections on the loopback port; rejects after `timeoutMs`. */
export async function waitForPort(port: number, timeoutMs = 15_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (Date.now() < until) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing listens on port ${port} after ${timeoutMs} ms`);
}

/** Signals a child and waits for its end; kills it after 10 s. */
export async function stopProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(killer);
}
