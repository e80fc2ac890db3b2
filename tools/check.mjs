// npm run check: everything that can be said about the code without running the suite.
import { main, runNode, setup } from './setup.mjs';

const steps = [
  ['style and lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '.']],
  ['types', ['node_modules/typescript/bin/tsc', '--noEmit']],
  ['generated files', ['--import', 'tsx', 'tools/src/generate.ts', '--check']],
  ['architecture', ['node_modules/vitest/vitest.mjs', 'run', 'tools/test/architecture.test.ts']],
];

await main(async () => {
  const prepared = setup({ nats: false });
  const failed = [];
  for (const [name, args] of steps) {
    console.log(`\n== ${name}`);
    if ((await runNode(prepared, args)) !== 0) failed.push(name);
  }
  console.log(failed.length === 0 ? '\nall checks passed' : `\nfailed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
});
