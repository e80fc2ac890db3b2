// Runs a TypeScript file of ours: node tools/run.mjs <file.ts> [arguments]
import { main, runNode, setup } from './setup.mjs';

await main(async () => {
  const [file, ...args] = process.argv.slice(2);
  if (!file) {
    console.error('usage: node tools/run.mjs <file.ts> [arguments]');
    return 2;
  }
  return runNode(setup(), ['--import', 'tsx', file, ...args]);
});
