// The program behind npm start: the embedded world until Ctrl-C.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Endpoints, startWorld, type World } from './up.ts';
import { WorldError } from './world-error.ts';
import { defaultPorts, type PortName, type Ports } from './world-ports.ts';

const colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];
const seen: string[] = [];

function print(name: string, line: string): void {
  if (!seen.includes(name)) seen.push(name);
  const label = name.padEnd(15);
  const colour = colours[seen.indexOf(name) % colours.length];
  process.stdout.write(process.stdout.isTTY ? `\u001b[${colour}m${label}\u001b[0m ${line}\n` : `${label} ${line}\n`);
}

function readPorts(text: string | undefined): Partial<Ports> {
  const entries = (text ?? '')
    .split(',')
    .filter(Boolean)
    .map((part) => {
      const [name = '', port = ''] = part.split('=');
      if (!(name in defaultPorts) || !/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
        throw new WorldError(
          `--ports ${part}: write <name>=<port>, with a name of ${Object.keys(defaultPorts).join(', ')}`,
        );
      }
      return [name as PortName, Number(port)] as const;
    });
  return Object.fromEntries(entries);
}

function table(at: Endpoints): string {
  const rows = [
    ['Files app', at.files],
    ['CRM app', at.crm],
    ['Sign in as', 'mia@acme.example (Marketing), sam@acme.example (Sales), gus@partner.example; password demo'],
    ['Admin portal', at.portal],
    ['First admin', at.setupLink ?? 'exists already'],
    ['Inbox', at.mail],
    ['Texts', at.sms],
    ['With https', `${at.filesHttps} (CA: ${at.caFile})`],
  ];
  return `\n${rows.map(([name = '', value]) => `  ${name.padEnd(13)} ${value}`).join('\n')}\n\n  Ctrl-C stops everything and keeps its state; npm start -- --fresh begins anew.\n`;
}

function fail(error: unknown): never {
  const text =
    error instanceof WorldError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`\ngatehouse: ${text}\n`);
  process.exit(1);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { fresh: { type: 'boolean' }, ports: { type: 'string' }, 'sign-in': { type: 'string' } },
  });
  const signIn = values['sign-in'] ?? 'oidc';
  if (signIn !== 'oidc' && signIn !== 'saml') throw new WorldError(`--sign-in ${signIn}: write oidc or saml`);
  let world: World | undefined;
  let leaving = false;
  const abort = new AbortController();
  const leave = async (code: number, why: string) => {
    if (leaving) return;
    leaving = true;
    print('world', why);
    abort.abort(new WorldError(why));
    await starting.then((started) => started.stop()).catch(() => undefined);
    process.exit(code);
  };
  const starting = startWorld({
    signIn,
    stateFolder: resolve(process.env.GATEHOUSE_STATE ?? '.gatehouse'),
    ports: readPorts(values.ports),
    fresh: values.fresh ?? false,
    print,
    signal: abort.signal,
    onConfigError: (name) => world && void leave(1, `the configuration of ${name} is wrong: stopping everything`),
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void leave(0, 'stopping'));
  process.on('disconnect', () => void leave(0, 'npm start has ended: stopping'));
  // While leaving, the one who leaves decides about the end.
  world = await starting.catch((error: unknown) => (leaving ? undefined : Promise.reject(error)));
  if (world && !leaving) process.stdout.write(table(world.endpoints()));
}

run().catch(fail);
