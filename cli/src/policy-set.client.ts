// Plan and apply of the portal, with paths as they are on disk here.
import { basename, join, relative, sep } from 'node:path';
import type { LintFinding } from '@gatehouse/contracts/lint';
import { CommandError } from './command-error.ts';
import type { Connection } from './config.ts';
import { readPolicyFiles } from './policy-files.ts';
import { ask } from './portal.client.ts';

type Place = { readonly file: string; readonly line: number; readonly column: number };

export type Change = {
  readonly action: 'create' | 'update' | 'adopt' | 'delete';
  readonly name: string;
  readonly path?: string;
  readonly diff: readonly { readonly path: string; readonly from?: unknown; readonly to?: unknown }[];
};

export type Planned = {
  readonly set: string;
  readonly changes: readonly Change[];
  readonly unchanged: number;
  readonly revision: string;
  readonly tests: {
    readonly passed: number;
    readonly failed: readonly (Place & {
      readonly test: string;
      readonly name: string;
      readonly differences: readonly string[];
    })[];
  };
  readonly findings: readonly (LintFinding & Place)[];
};

export type SetOptions = { readonly folder: string; readonly set: string; readonly adopt: boolean };

const type = 'application/vnd.gatehouse.policy-set+json';

async function sentOf({ folder, set, adopt }: SetOptions, more: object = {}) {
  const read = await readPolicyFiles(folder);
  const isFile = read.length === 1 && read[0]?.path === folder;
  const files = isFile
    ? read.map(({ text }) => ({ path: basename(folder), text }))
    : read.map(({ path, text }) => ({ path: relative(folder, path).split(sep).join('/'), text }));
  const fileHere = (path: string) => (isFile ? folder : join(folder, path));
  return { type, body: { set, adopt, files, ...more }, fileHere };
}

async function send(connection: Connection, step: string, sent: Awaited<ReturnType<typeof sentOf>>): Promise<Planned> {
  const planned = await ask<Planned>(connection, 'POST', `/policy-sets/${step}`, sent);
  const here = <T extends Place>(one: T) => ({ ...one, file: sent.fileHere(one.file) });
  const { tests, findings } = planned;
  return { ...planned, tests: { ...tests, failed: tests.failed.map(here) }, findings: findings.map(here) };
}

export async function planSet(connection: Connection, options: SetOptions): Promise<Planned> {
  return send(connection, 'plan', await sentOf(options));
}

/** Applies the plan of this revision; throws a CommandError when it is no longer the plan. */
export async function applySet(connection: Connection, options: SetOptions, revision: string): Promise<Planned> {
  return send(connection, 'apply', await sentOf(options, { revision }));
}

export function requirePassed({ tests }: Planned): void {
  if (tests.failed.length === 0) return;
  const lines = tests.failed.map(
    ({ file, line, column, name, differences }) =>
      `${file}:${line}:${column}: test "${name}": ${differences.join('; ')}`,
  );
  throw new CommandError(
    ...lines,
    `${tests.failed.length} of ${tests.failed.length + tests.passed} tests failed: nothing was applied`,
  );
}
