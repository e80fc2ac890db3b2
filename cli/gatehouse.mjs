#!/usr/bin/env node
// Starts the command line from source. Node 24 reads TypeScript by itself; npm puts the workspace's own Node first.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `gatehouse needs Node 22.18 or newer, this is ${process.version}: run it as npx gatehouse or npm run gatehouse --`,
  );
  process.exit(1);
}
await import('./src/main.ts');
