// One world per state folder; what a killed one left running is stopped first.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorldError } from './world-error.ts';

/** Start time of a process where the system tells it: a process id alone may have been given to another one. */
function birth(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const identity = (pid: number) => `${pid} ${birth(pid) ?? '-'}`;

function isSame(text: string): boolean {
  const [pid, born] = text.trim().split(' ');
  return alive(Number(pid)) && born === (birth(Number(pid)) ?? '-');
}

export type WorldLock = {
  /** Remembers the children, so that the next start can stop them if this one cannot. */
  remember(pids: readonly number[]): void;
  release(): void;
};

/** Throws {@link WorldError} while another world runs on this folder. */
export async function lockWorld(stateFolder: string): Promise<WorldLock> {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const lock = join(stateFolder, 'lock');
  const children = join(stateFolder, 'children');
  if (existsSync(lock) && isSame(readFileSync(lock, 'utf8'))) {
    const [pid] = readFileSync(lock, 'utf8').split(' ');
    throw new WorldError(
      `Gatehouse already runs on ${stateFolder} (process ${pid}). Stop it with Ctrl-C there, or: kill ${pid}`,
    );
  }
  rmSync(lock, { force: true });
  try {
    writeFileSync(lock, identity(process.pid), { flag: 'wx', mode: 0o600 });
  } catch (cause) {
    throw new WorldError(`Gatehouse is just being started on ${stateFolder} by someone else`, { cause });
  }
  await stopOrphans(children);
  return {
    remember: (pids) => writeFileSync(children, pids.map(identity).join('\n'), { mode: 0o600 }),
    release() {
      rmSync(children, { force: true });
      rmSync(lock, { force: true });
    },
  };
}

async function stopOrphans(file: string): Promise<void> {
  if (!existsSync(file)) return;
  const left = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line && !line.endsWith('-') && isSame(line));
  for (const line of left) process.kill(Number(line.split(' ')[0]), 'SIGTERM');
  for (let waited = 0; waited < 100 && left.some(isSame); waited += 1)
    await new Promise((done) => setTimeout(done, 100));
  for (const line of left.filter(isSame)) process.kill(Number(line.split(' ')[0]), 'SIGKILL');
  rmSync(file, { force: true });
}
