// Writes the files that are made from code. `--check` writes nothing and fails where one is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { natsConf } from '@gatehouse/messaging/permissions';
import { policyJsonSchema } from '@gatehouse/policy/schema';

const root = resolve(import.meta.dirname, '../..');

const files: Readonly<Record<string, string>> = {
  'deploy/nats.conf': natsConf({
    storeDir: '/data',
    passwordOf: (user) => `$NATS_PASSWORD_${user.toUpperCase().replaceAll('-', '_')}`,
  }),
  'docs/schema/policy.json': `${JSON.stringify(policyJsonSchema(), null, 2)}\n`,
};

function current(path: string): string | undefined {
  try {
    return readFileSync(resolve(root, path), 'utf8');
  } catch {
    return undefined;
  }
}

const stale = Object.keys(files).filter((path) => current(path) !== files[path]);
if (process.argv.includes('--check')) {
  for (const path of stale) console.error(`${path} is out of date: run npm run generate`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const path of stale) {
    mkdirSync(dirname(resolve(root, path)), { recursive: true });
    writeFileSync(resolve(root, path), files[path] ?? '');
  }
  console.log(stale.length > 0 ? `written: ${stale.join(', ')}` : 'everything is up to date');
}
