// gatehouse test: policies, their tests and the linter, without a portal.
import { lint } from '@gatehouse/policy/lint/lint';
import { readPolicySet, runSetTests } from '@gatehouse/policy/policy-set';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { readPolicyFiles } from './policy-files.ts';
import { errorLine } from './portal.client.ts';

export const test: Command = {
  usage: 'test [folder]',
  about: 'check the files and run their tests offline; names of apps and groups are taken as they are',
  run: async ({ folder, print }) => {
    const set = readPolicySet(await readPolicyFiles(folder));
    if (set.problems.length > 0)
      throw new CommandError(...set.problems.map((one) => errorLine({ ...one, file: one.path })));
    const results = runSetTests(set);
    for (const { path, line, column, name, differences, passed } of results) {
      print(passed ? `ok   ${name}` : `FAIL ${path}:${line}:${column}: ${name}: ${differences.join('; ')}`);
    }
    print(...findingLines(set));
    const failed = results.filter(({ passed }) => !passed).length;
    print(`${set.policies.length} policies, ${results.length} tests, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  },
};

function findingLines({ policies }: ReturnType<typeof readPolicySet>): string[] {
  return lint(policies.map(({ policy }) => ({ policy }))).map(({ policy, path, severity, message, remedy, rule }) => {
    const written = policies.find((one) => one.policy.name === policy);
    const { line, column } = written?.locate(path) ?? { line: 1, column: 1 };
    return `${written?.path}:${line}:${column}: ${severity}: ${message} ${remedy} [${rule}]`;
  });
}
