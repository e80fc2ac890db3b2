// gatehouse export: the portal's policies as files, after which plan finds nothing to do.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { policyToYaml } from '@gatehouse/policy/yaml';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { ask } from './portal.client.ts';

export const exportPolicies: Command = {
  usage: 'export [folder] [--set name] [--force]',
  about: 'write the policies of the portal, and those of the set, as YAML files; --force overwrites files that differ',
  run: async ({ folder, set, force, connection, print }) => {
    const { policies } = await ask<{ policies: StoredPolicy[] }>(connection(), 'GET', '/policies');
    const files = filesOf(
      policies.filter(({ source }) => source === undefined || source.set === set),
      connection().url,
    );
    const differing = [];
    for (const [path, text] of files) {
      const there = await readFile(join(folder, path), 'utf8').catch(() => text);
      if (there !== text) differing.push(`${join(folder, path)}: differs from the portal; use --force to overwrite it`);
    }
    if (differing.length > 0 && !force) throw new CommandError(...differing, 'nothing was written');
    for (const [path, text] of files) await write(join(folder, path), text);
    print(`wrote ${policies.length} policies to ${files.size} files in ${folder}`);
    return 0;
  },
};

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** File contents by path: code-owned policies in their own file, all others in one each, named after the policy. */
export function filesOf(policies: readonly StoredPolicy[], portal: string): Map<string, string> {
  const schema = `# yaml-language-server: $schema=${portal}/api/v1/schema/policy.json\n`;
  const files = new Map<string, string>();
  const taken = new Set(policies.flatMap(({ source }) => (source ? [safePath(source.path)] : [])));
  for (const { policy, source } of policies) {
    const path = source === undefined ? freePath(policy.name, taken) : safePath(source.path);
    taken.add(path);
    const before = files.get(path);
    files.set(path, `${before === undefined ? schema : `${before}---\n`}${policyToYaml(policy)}`);
  }
  return files;
}

function freePath(name: string, taken: ReadonlySet<string>): string {
  const slug =
    name
      .normalize('NFKD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 80) || 'policy';
  for (let at = 1; ; at += 1) {
    const path = at === 1 ? `${slug}.yaml` : `${slug}-${at}.yaml`;
    if (!taken.has(path)) return path;
  }
}

/** What the portal stored as a path was sent by somebody: it must stay below the folder. */
function safePath(path: string): string {
  const clean = normalize(path);
  const leaves = clean.startsWith('..') || clean.startsWith(sep) || /^[a-z]:/i.test(clean) || !/\.ya?ml$/.test(clean);
  if (leaves)
    throw new CommandError(
      `the portal names the file "${path}", which is no YAML file below the folder: nothing was written`,
    );
  return clean.split(sep).join('/');
}
