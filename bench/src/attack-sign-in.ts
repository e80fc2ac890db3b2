// Runs the attack suites against sign-in and counts, per class, what was tried and what got through.
// An attack is a test called `refused: …`; one that fails was accepted, or could not be shown to be refused.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';

type AttackClass = { readonly name: string; readonly least: number; readonly files: readonly string[] };

/** Add a class here and its tests are counted. */
const classes: readonly AttackClass[] = [
  { name: 'saml', least: 45, files: ['libs/saml/src/response.test.ts', 'services/sign-in/test/saml.test.ts'] },
  {
    name: 'oidc',
    least: 30,
    files: ['services/sign-in/test/hostile-provider.test.ts', 'services/sign-in/test/logout-token.test.ts'],
  },
  { name: 'session', least: 40, files: ['services/proxy-edge/test/session-attacks.test.ts'] },
  { name: 'redirect', least: 2000, files: ['services/sign-in/test/redirects.test.ts'] },
  { name: 'certificate', least: 20, files: ['services/sign-in/test/attacks/certificates.test.ts'] },
];

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(z.object({ title: z.string(), status: z.string() })),
    }),
  ),
});

const root = resolve(import.meta.dirname, '../..');

function run({ name, files }: AttackClass, folder: string) {
  const outputFile = join(folder, `${name}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  spawnSync(process.execPath, [vitest, 'run', ...files, '--reporter=json', `--outputFile=${outputFile}`], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { testResults } = reportSchema.parse(JSON.parse(readFileSync(outputFile, 'utf8')));
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const attacks = tests.filter(({ title }) => title.startsWith('refused: '));
  const controls = tests.filter(({ title }) => !title.startsWith('refused: '));
  const failed = (all: typeof tests) => all.filter(({ status }) => status !== 'passed');
  return { tried: attacks.length, accepted: failed(attacks), controls: controls.length, broken: failed(controls) };
}

const folder = mkdtempSync(join(tmpdir(), 'gatehouse-attack-'));
const measures: string[] = [];
for (const one of classes) {
  const { tried, accepted, controls, broken } = run(one, folder);
  console.log(
    `${one.name}: ${tried} tried, ${accepted.length} accepted; ${controls} honest controls, ${broken.length} failed`,
  );
  for (const { title } of [...accepted, ...broken]) console.log(`  ${title}`);
  // Where honest messages fail, a refusal proves nothing.
  const sound = broken.length === 0 && tried > 0;
  const met = (fine: boolean) => (fine && sound ? 'met' : 'short');
  measures.push(`measure attack-${one.name}-tried ${tried} goal >=${one.least} ${met(tried >= one.least)}`);
  measures.push(`measure attack-${one.name}-accepted ${accepted.length} goal <=0 ${met(accepted.length === 0)}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(measures.join('\n'));
