// npm test: what is missing is installed, everything is bundled, the whole suite runs with its own servers.
// The last line is always "N passed, N failed".
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { main, obtainChromium, root, runNode, SetupError, setup } from './setup.mjs';

/** Counts of one report; a file that could not even run counts as one failure. */
function summarise(report) {
  const failures = [];
  let passed = 0;
  for (const file of report.testResults) {
    const name = relative(root, file.name);
    const failed = file.assertionResults.filter((test) => test.status === 'failed');
    passed += file.assertionResults.filter((test) => test.status === 'passed').length;
    for (const test of failed) failures.push(`${name}: ${test.fullName}\n${test.failureMessages.join('\n')}`);
    if (file.status === 'failed' && failed.length === 0) failures.push(`${name}: could not run\n${file.message}`);
  }
  return { passed, failures };
}

async function runSuite(prepared, filters) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-test-'));
  const file = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  try {
    const reporters = ['--reporter=json', `--outputFile.json=${file}`, '--reporter=dot'];
    const code = await runNode(prepared, [vitest, 'run', ...reporters, ...filters], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const { passed, failures } = summarise(JSON.parse(readFileSync(file, 'utf8')));
    // Vitest fails for more than failed tests, an unhandled error for one: that must not look like success.
    if (code !== 0 && failures.length === 0) failures.push(`vitest ended with ${code}, see above`);
    return { passed, failures };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(async () => {
  let result;
  try {
    const prepared = setup();
    obtainChromium();
    const bundled = await runNode(prepared, ['tools/bundle.mjs']);
    if (bundled !== 0) throw new SetupError('bundling failed, see above');
    result = await runSuite(prepared, process.argv.slice(2));
  } catch (error) {
    result = { passed: 0, failures: [error instanceof SetupError ? error.message : String(error.stack ?? error)] };
  }
  for (const failure of result.failures) console.log(`\nFAILED ${failure}`);
  console.log(`\n${result.passed} passed, ${result.failures.length} failed`);
  return result.failures.length === 0 && result.passed > 0 ? 0 : 1;
});
