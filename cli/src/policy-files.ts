// The YAML files of a policy set on disk.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { PolicyFile } from '@gatehouse/policy/policy-set';
import { CommandError } from './command-error.ts';

/** All `*.yaml` and `*.yml` below a folder, or the one file, in the order of their paths. Paths use `/`. */
export async function readPolicyFiles(path: string): Promise<PolicyFile[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new CommandError(`${path}: there is no such file or folder`);
  if (found.isFile()) return [{ path, text: await readFile(path, 'utf8') }];
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((name) => !name.split(sep).some((part) => part.startsWith('.') && part !== '.' && part !== '..'));
  if (names.length === 0) throw new CommandError(`${path}: holds no YAML file`);
  return Promise.all(
    names.sort().map(async (name) => ({ path: name.split(sep).join('/'), text: await readFile(name, 'utf8') })),
  );
}
