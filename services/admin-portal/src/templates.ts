// Policies to start from: the YAML files of TEMPLATES_DIR, whose tests lie beside them. Read once, at start.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Policy } from '@gatehouse/contracts/policy';
import { readPolicySet } from '@gatehouse/policy/policy-set';

export type Template = {
  /** Name of the file without its extension. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly policy: Policy;
};

const isTemplate = (name: string) => name.endsWith('.yaml') && !name.endsWith('.test.yaml');

/** Throws with file, line and column of the first mistake. */
export async function readTemplates(folder: string): Promise<Template[]> {
  const names = (await readdir(folder)).filter(isTemplate).sort();
  const files = await Promise.all(
    names.map(async (path) => ({ path, text: await readFile(join(folder, path), 'utf8') })),
  );
  const { policies, problems } = readPolicySet(files);
  const [problem] = problems;
  if (problem !== undefined) {
    const { path, line, column, field, message } = problem;
    throw new Error(`TEMPLATES_DIR, ${path}:${line}:${column}: ${field}: ${message}`);
  }
  return policies.map(({ path, policy }) => ({
    id: path.replace(/\.yaml$/, ''),
    title: policy.name,
    description: policy.description ?? '',
    policy,
  }));
}
