// npm start: everything on this machine, from nothing. Options: --fresh, --ports edgeHttp=18080,portal=18082
import { main, runNode, setup } from './setup.mjs';

await main(async () => {
  const prepared = setup();
  const bundled = await runNode(prepared, ['tools/bundle.mjs']);
  if (bundled !== 0) return bundled;
  // A session of its own: Ctrl-C reaches only us, we pass it on, and the world stops its parts in order.
  // Over the channel it notices when we are killed outright.
  const options = { detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] };
  return runNode(prepared, ['--enable-source-maps', 'dist/world/main.mjs', ...process.argv.slice(2)], options);
});
