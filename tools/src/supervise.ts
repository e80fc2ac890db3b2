// One program as a child: its output is prefixed, and it is started again when it ends without being asked to.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { stopProcess } from '@gatehouse/testkit/nats-server';

/** What a program ends with when its configuration is wrong: starting it again would not help. */
const configExitCode = 78;

export type Supervised = {
  readonly name: string;
  pid(): number | undefined;
  stop(): Promise<void>;
};

export type SuperviseOptions = {
  readonly name: string;
  /** Starts the process; called again after each unexpected end. */
  readonly start: () => ChildProcess | Promise<ChildProcess>;
  readonly say: (line: string) => void;
  readonly onConfigError?: (name: string) => void;
  readonly onStarted?: () => void;
  readonly signal?: NodeJS.Signals;
};

/** Starts and keeps running; waits 0.25 s before a restart, twice as long each time, 10 s at most. */
export async function supervise(options: SuperviseOptions): Promise<Supervised> {
  let child = await options.start();
  let stopping = false;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const watch = (startedAt: number) => {
    options.onStarted?.();
    child.once('exit', (code, signal) => {
      if (stopping) return;
      if (code === configExitCode) return options.onConfigError?.(options.name);
      failures = Date.now() - startedAt > 30_000 ? 0 : failures + 1;
      options.say(`${options.name} ended (${signal ?? `exit code ${code}`}), starting it again`);
      again();
    });
  };
  const again = () => {
    timer = setTimeout(restart, Math.min(250 * 2 ** failures, 10_000));
  };
  const restart = async () => {
    try {
      const started = await options.start();
      child = started;
      if (stopping) return void stopProcess(started, options.signal ?? 'SIGTERM');
      watch(Date.now());
    } catch (error) {
      failures += 1;
      options.say(`${options.name} does not start: ${error instanceof Error ? error.message : String(error)}`);
      if (!stopping) again();
    }
  };
  watch(Date.now());
  return {
    name: options.name,
    pid: () => child.pid,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await stopProcess(child, options.signal ?? 'SIGTERM');
    },
  };
}

/** Starts `file` with this Node and exactly these variables; each line it writes goes to `print`. */
export function startNode(
  file: string,
  environment: Readonly<Record<string, string>>,
  print: (line: string) => void,
): ChildProcess {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    env: { ...Object.fromEntries(kept), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', print);
  return child;
}
