// The layers hold in the whole repository, and the check that says so does see a breach.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { findViolations, type SourceFile } from '../src/architecture.ts';

const root = resolve(import.meta.dirname, '../..');
const groups = ['libs', 'services'];
const folders = groups.flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`));

function sources(group: string): SourceFile[] {
  return readdirSync(join(root, group), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[cm]?tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/\/(node_modules|dist)\//.test(path))
    .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') }));
}

test('the layers hold everywhere', () => {
  const files = groups.flatMap(sources);
  expect(files.length).toBeGreaterThan(100);
  expect(findViolations(files, folders)).toEqual([]);
});

test.each([
  ['libs/policy/src/a.ts', `import { readFileSync } from 'node:fs';`],
  ['libs/dlp/src/a.ts', `import {\n  a,\n} from '@gatehouse/content/zip';`],
  ['libs/label/src/a.ts', `const a = await import('@nestjs/common');`],
  ['libs/facts/src/a.ts', `export type { A } from '../../session/src/seal.ts';`],
  ['libs/contracts/src/a.ts', `import '@gatehouse/policy/evaluate';`],
  ['libs/messaging/src/a.ts', `import { a } from '@gatehouse/policy/evaluate';`],
  ['libs/messaging/src/a.ts', `import { a } from '@gatehouse/enforcement/decision.client';`],
  ['libs/enforcement/src/a.ts', `import { a } from '../../../services/sign-in/src/config.ts';`],
  ['libs/dlp/src/types/a.ts', ''],
  ['libs/postgres/src/a.ts', `import { a } from '../../../services/sign-in/src/config.ts';`],
  ['services/sign-in/src/a.ts', `import { a } from '@gatehouse/proxy-edge/config';`],
  ['services/sign-in/src/a.ts', `import { a } from '../../proxy-edge/src/config.ts';`],
  ['services/sign-in/src/a.ts', `import { startNats } from '@gatehouse/testkit/world';`],
  ['services/sign-in/src/utils/a.ts', ''],
  ['libs/policy/src/index.ts', ''],
  ['libs/policy/src/types.ts', ''],
])('a breach planted in %s is found', (path, text) => {
  expect(findViolations([{ path, text }], folders)).toHaveLength(1);
});

test.each([
  ['libs/policy/src/a.ts', `import { a } from '@gatehouse/contracts/policy';`],
  ['services/sign-in/src/a.ts', `import { a } from '@gatehouse/policy/evaluate';\nimport { b } from 'node:fs';`],
  [
    'libs/enforcement/src/a.ts',
    `import { a } from '@gatehouse/policy/evaluate';\nimport { b } from '@gatehouse/messaging/messaging';`,
  ],
  ['services/sign-in/test/a.ts', `import { startNats } from '@gatehouse/testkit/world';`],
])('what the layers allow in %s is left alone', (path, text) => {
  expect(findViolations([{ path, text }], folders)).toEqual([]);
});
