// Mutation run of one room: node tools/mutation.mjs <room> [arguments of Stryker]. Prints the score as a measure.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { main, root, runNode, setup } from './setup.mjs';

const goal = 85;

/** Of mutants that could be judged, the share that tests noticed; the survivors by file. */
function scoreOf(report) {
  const survivors = [];
  let [noticed, judged] = [0, 0];
  for (const [file, { mutants }] of Object.entries(report.files)) {
    const counts = Object.groupBy(mutants, ({ status }) => status);
    const count = (...statuses) => statuses.reduce((sum, status) => sum + (counts[status]?.length ?? 0), 0);
    const [killed, lived] = [count('Killed', 'Timeout'), count('Survived', 'NoCoverage')];
    noticed += killed;
    judged += killed + lived;
    if (lived > 0) survivors.push({ file, lived, of: killed + lived });
  }
  return { score: (100 * noticed) / judged, survivors: survivors.sort((a, b) => b.lived - a.lived) };
}

await main(async () => {
  const [room, ...args] = process.argv.slice(2);
  if (!room) {
    console.error('usage: node tools/mutation.mjs <room>');
    return 2;
  }
  const stryker = 'node_modules/@stryker-mutator/core/bin/stryker.js';
  const code = await runNode(setup(), [stryker, 'run', `tools/mutation/${room}.stryker.json`, ...args]);
  if (code !== 0) return code;
  const report = JSON.parse(readFileSync(join(root, `.gatehouse/mutation-${room}.json`), 'utf8'));
  const { score, survivors } = scoreOf(report);
  for (const { file, lived, of } of survivors) console.log(`${lived} of ${of} survived in ${file}`);
  console.log(`measure mutation-${room} ${score.toFixed(1)}% goal >=${goal} ${score >= goal ? 'met' : 'short'}`);
  return 0;
});
