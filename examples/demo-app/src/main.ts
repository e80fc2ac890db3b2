// Starts every app named in APPS in one process.
import { readConfig } from './config.ts';
import { startDemoApp } from './demo-app.ts';
import { localhostLookup } from './localhost-lookup.ts';

const config = readConfig();
const running = await Promise.all(
  config.APPS.map((app) =>
    startDemoApp({
      ...app,
      host: config.LISTEN_HOST,
      issuer: config.ISSUER,
      ...(config.ALLOW_LOCALHOST ? { lookup: localhostLookup } : {}),
    }),
  ),
);
for (const app of running) console.log(`${app.name} listens on port ${app.port}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await Promise.all(running.map((app) => app.close()));
    process.exit(0);
  });
}
