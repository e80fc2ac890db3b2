// A plan in words.
import type { Change, Planned } from './policy-set.client.ts';

const signs = { create: '+', update: '~', adopt: '~', delete: '-' } as const;
const verbs = { create: 'create', update: 'change', adopt: 'take over from the portal', delete: 'delete' } as const;

/** Changes, then findings, then one line that sums up. Values come from the files and the portal: escaped for terminals. */
export function planLines(plan: Planned): string[] {
  const findings = plan.findings.map(
    ({ file, line, column, severity, message, remedy, rule }) =>
      `${file}:${line}:${column}: ${severity}: ${message} ${remedy} [${rule}]`,
  );
  const failed = plan.tests.failed.map(
    ({ file, line, column, name, differences }) =>
      `${file}:${line}:${column}: test "${name}" fails: ${differences.join('; ')}`,
  );
  return [...plan.changes.flatMap(changeLines), ...findings, ...failed, summary(plan)].map(printable);
}

function changeLines({ action, name, path, diff }: Change): string[] {
  const where = path === undefined ? '' : ` (${path})`;
  return [
    `${signs[action]} ${verbs[action]} "${name}"${where}`,
    ...diff.map((one) => `    ${one.path}: ${shown(one.from)} → ${shown(one.to)}`),
  ];
}

const shown = (value: unknown) => (value === undefined ? '(none)' : JSON.stringify(value));

function summary({ changes, unchanged, tests }: Planned): string {
  const count = (...actions: Change['action'][]) => changes.filter(({ action }) => actions.includes(action)).length;
  const tested = tests.passed + tests.failed.length;
  const testWords = tested === 0 ? 'no tests' : `${tests.passed} of ${tested} tests pass`;
  const changed =
    changes.length === 0
      ? 'no changes'
      : `${count('create')} to create, ${count('update', 'adopt')} to change, ${count('delete')} to delete`;
  return `${changed}; ${unchanged} unchanged; ${testWords}`;
}

/** Without control and bidirectional characters: a name must not move the cursor or turn text around. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
