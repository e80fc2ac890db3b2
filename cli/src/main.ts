// gatehouse: policies as code, and why something was decided.
import { parseArgs } from 'node:util';
import { apply } from './apply.command.ts';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { connectionOf } from './config.ts';
import { explain } from './explain.command.ts';
import { exportPolicies } from './export.command.ts';
import { plan } from './plan.command.ts';
import { printable } from './print-plan.ts';
import { test } from './test.command.ts';

const commands: Readonly<Record<string, Command>> = { plan, apply, test, export: exportPolicies, explain };

const usage = [
  'gatehouse <command> [--url https://portal.example.com] [--token …]',
  '',
  ...Object.values(commands).flatMap((command) => [`  ${command.usage}`, `      ${command.about}`]),
  '',
  'URL and token can stand in GATEHOUSE_URL and GATEHOUSE_TOKEN; prefer those, since flags show in process lists.',
].join('\n');

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        token: { type: 'string' },
        set: { type: 'string', default: 'default' },
        adopt: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), '', usage);
  }
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  const [name, positional, ...rest] = positionals;
  const print = (...lines: readonly string[]) => {
    for (const line of lines) console.log(line);
  };
  if (values.help || name === undefined) {
    print(usage);
    return values.help ? 0 : 1;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new CommandError(`there is no command "${name}"`, '', usage);
  if (rest.length > 0)
    throw new CommandError(`too many arguments: ${rest.join(' ')}`, `usage: gatehouse ${command.usage}`);
  const { url, token, set, adopt, force } = values;
  const flags = { ...(url === undefined ? {} : { url }), ...(token === undefined ? {} : { token }) };
  const folder = (positional ?? 'policies').replace(/(?<=.)\/+$/, '');
  return command.run({ positional, folder, set, adopt, force, connection: () => connectionOf(flags), print });
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  // Anything else is a bug of ours; its message still says more than a stack.
  const lines =
    error instanceof CommandError ? error.lines : [`unexpected: ${error instanceof Error ? error.message : error}`];
  for (const line of lines) console.error(line.split('\n').map(printable).join('\n'));
  process.exitCode = 1;
}
