// Runs every attack on protected files and prints how many were tried and how many got through.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const root = resolve(import.meta.dirname, '../..');
const files = [
  'services/key-access/test/attack.test.ts',
  'services/key-access/test/viewer.test.ts',
  'services/key-access/test/render.test.ts',
  'services/labeler/test/attack.test.ts',
];
const reportSchema = z.object({
  testResults: z.array(
    z.object({ name: z.string(), assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) }),
  ),
});

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-attacks-'));
const output = join(folder, 'report.json');
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
spawnSync(process.execPath, [vitest, 'run', ...files, '--reporter=json', `--outputFile=${output}`], {
  cwd: root,
  stdio: ['ignore', 'ignore', 'inherit'],
});
const report = reportSchema.parse(JSON.parse(readFileSync(output, 'utf8')));
rmSync(folder, { recursive: true });

// A file of attacks holds nothing but attacks and their controls; elsewhere they are named.
const attacks = report.testResults.flatMap(({ name, assertionResults }) =>
  assertionResults.filter(
    ({ fullName }) =>
      !fullName.includes('control:') && (name.endsWith('/attack.test.ts') || fullName.includes('attack:')),
  ),
);
const tried = attacks.filter(({ status }) => status === 'passed' || status === 'failed');
const through = tried.filter(({ status }) => status === 'failed');
for (const { fullName } of through) console.log(`got through, or could not be judged: ${fullName}`);
const skipped = attacks.length - tried.length;
if (skipped > 0) console.log(`not tried: ${skipped}`);
const verdict = (met: boolean) => (met ? 'met' : 'short');
console.log(`measure protect_attacks_tried ${tried.length} goal >=60 ${verdict(tried.length >= 60)}`);
console.log(
  `measure protect_attacks_through ${through.length} goal =0 ${verdict(through.length === 0 && tried.length > 0)}`,
);
