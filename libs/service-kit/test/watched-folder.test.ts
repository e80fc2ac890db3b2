import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type FolderChange, watchFolder } from '../src/watched-folder.ts';

let folder = '';
let stop: (() => void) | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lists-'));
});
afterEach(async () => {
  stop?.();
  await rm(folder, { recursive: true, force: true });
});

async function watch(maxBytes = 1_000) {
  const changes: FolderChange[] = [];
  const errors: unknown[] = [];
  const watched = await watchFolder(folder, {
    everyMs: 20,
    maxBytes,
    onChange: (change) => changes.push(change),
    onError: (error) => errors.push(error),
  });
  stop = watched.stop;
  return { changes, errors, last: () => Object.fromEntries(changes.at(-1)?.files ?? []) };
}

describe('watched folder', () => {
  it('reads at once, and again when a file is changed, added or removed', async () => {
    await writeFile(join(folder, 'tor.txt'), 'a');
    const { last, changes } = await watch();
    expect(last()).toEqual({ 'tor.txt': 'a' });
    await writeFile(join(folder, '.new'), 'bb');
    await rename(join(folder, '.new'), join(folder, 'tor.txt'));
    await vi.waitFor(() => expect(last()).toEqual({ 'tor.txt': 'bb' }));
    await writeFile(join(folder, 'botnet.txt'), 'c');
    await vi.waitFor(() => expect(last()).toEqual({ 'tor.txt': 'bb', 'botnet.txt': 'c' }));
    await rm(join(folder, 'tor.txt'));
    await vi.waitFor(() => expect(last()).toEqual({ 'botnet.txt': 'c' }));
    const settled = changes.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(changes.length).toBe(settled);
  });

  it('keeps the last content of a file that grew too big, and of a folder that vanished', async () => {
    await writeFile(join(folder, 'tor.txt'), 'a');
    const { last, changes, errors } = await watch(10);
    await writeFile(join(folder, 'tor.txt'), 'x'.repeat(11));
    await vi.waitFor(() => expect(changes.at(-1)?.refused.get('tor.txt')).toContain('10 bytes'));
    expect(last()).toEqual({ 'tor.txt': 'a' });
    await rm(folder, { recursive: true });
    await vi.waitFor(() => expect(errors.length).toBeGreaterThan(0));
    expect(last()).toEqual({ 'tor.txt': 'a' });
  });
});
