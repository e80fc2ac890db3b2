// Text files of a folder, read again when one changes. Asked at intervals: notifications do not cross bind mounts.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export type FolderChange = {
  readonly files: ReadonlyMap<string, string>;
  /** Files that are too big or unreadable, with the reason; their last content stays. */
  readonly refused: ReadonlyMap<string, string>;
};

export type WatchOptions = {
  readonly everyMs?: number;
  readonly maxBytes?: number;
  readonly onChange: (change: FolderChange) => void;
  readonly onError: (error: unknown) => void;
};

type Stamps = ReadonlyMap<string, string>;

async function stampsOf(folder: string): Promise<Stamps> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => !entry.name.startsWith('.') && !entry.isDirectory()).map(({ name }) => name);
  const stamps = await Promise.all(
    names.sort().map(async (name) => {
      const { mtimeMs, size, ino } = await stat(join(folder, name));
      return [name, `${mtimeMs}:${size}:${ino}`] as const;
    }),
  );
  return new Map(stamps);
}

const same = (a: Stamps, b: Stamps) => a.size === b.size && [...a].every(([name, stamp]) => b.get(name) === stamp);

async function readAll(folder: string, names: Iterable<string>, last: FolderChange['files'], maxBytes: number) {
  const files = new Map<string, string>();
  const refused = new Map<string, string>();
  for (const name of names) {
    const path = join(folder, name);
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    const text =
      size > maxBytes ? new Error(`more than ${maxBytes} bytes`) : await readFile(path, 'utf8').catch(asError);
    if (typeof text === 'string') files.set(name, text);
    else {
      refused.set(name, text.message);
      const before = last.get(name);
      if (before !== undefined) files.set(name, before);
    }
  }
  return { files, refused };
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

/**
 * Reads the folder now and calls `onChange`; then again whenever names, sizes or times differ and have stopped changing
 * for one interval, so that a file still being written is not read. A folder that vanishes leaves the last content.
 */
export async function watchFolder(folder: string, options: WatchOptions): Promise<{ stop(): void }> {
  const { everyMs = 5_000, maxBytes = 64 * 1024 * 1024, onChange, onError } = options;
  let seen: Stamps = new Map();
  let used: Stamps | undefined;
  let files: FolderChange['files'] = new Map();
  const read = async (stamps: Stamps) => {
    used = stamps;
    const change = await readAll(folder, stamps.keys(), files, maxBytes);
    files = change.files;
    onChange(change);
  };
  const look = async (settled: boolean) => {
    const stamps = await stampsOf(folder);
    const stable = settled || same(stamps, seen);
    seen = stamps;
    if (stable && (used === undefined || !same(stamps, used))) await read(stamps);
  };
  await look(true).catch(onError);
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    look(false)
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, everyMs);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
