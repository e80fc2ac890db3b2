// Bundles every process of the house into dist/<name>/main.mjs: our own code inlined, npm packages left outside.
// Used by npm start, by the tests and by the Dockerfile. Imports nothing of ours: it runs before anything is built.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');

/** Entry points by output path without extension; those whose source is missing are left out. */
function entryPoints() {
  const services = readdirSync(join(root, 'services')).map((name) => [`${name}/main`, `services/${name}/src/main.ts`]);
  const all = Object.fromEntries([
    ...services,
    ['dlp-scanner/inspect.worker', 'services/dlp-scanner/src/inspect.worker.ts'],
    ['key-access/render.worker', 'services/key-access/src/render.worker.ts'],
    ['labeler/label.worker', 'services/labeler/src/label.worker.ts'],
    ['provision/main', 'tools/src/provision.ts'],
    ['cli/main', 'cli/src/main.ts'],
    ['demo-app/main', 'examples/demo-app/src/main.ts'],
    ['demo-idp/main', 'examples/demo-idp/src/main.ts'],
    ['demo-catchers/main', 'tools/src/catchers.ts'],
    ['world/main', 'tools/src/start-world.ts'],
  ]);
  return Object.fromEntries(
    Object.entries(all)
      .map(([out, source]) => [out, join(root, source)])
      .filter(([, source]) => existsSync(source)),
  );
}

const npmPackagesStayOutside = {
  name: 'npm-packages-stay-outside',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || path.startsWith('@gatehouse/')) return undefined;
      return { path, external: true };
    });
  },
};

/** One build per program, so that a mistake in one does not keep the others from being built. */
async function bundleCode() {
  const { build } = await import('esbuild');
  const entries = Object.entries(entryPoints());
  const results = await Promise.allSettled(
    entries.map(([out, source]) =>
      build({
        entryPoints: { [out]: source },
        outdir: dist,
        outExtension: { '.js': '.mjs' },
        bundle: true,
        platform: 'node',
        format: 'esm',
        target: 'node24',
        sourcemap: true,
        logLevel: 'error',
        tsconfig: join(root, 'tsconfig.base.json'),
        plugins: [npmPackagesStayOutside],
      }),
    ),
  );
  const failed = entries.filter((_, at) => results[at].status === 'rejected').map(([out]) => dirname(out));
  // A bundle of an earlier state would look as if the build had worked.
  for (const name of failed) rmSync(join(dist, name, 'main.mjs'), { force: true });
  if (failed.length > 0) throw new Error(`not built: ${failed.join(', ')}`);
  return entries.length;
}

/** The viewer's script runs in browsers, so its packages go in. */
async function bundleViewer() {
  const { build } = await import('esbuild');
  await build({
    entryPoints: { 'key-access/viewer': join(root, 'services/key-access/web/viewer.ts') },
    outdir: dist,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
    tsconfig: join(root, 'tsconfig.base.json'),
  });
}

/** Hash over names and contents below the given paths. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path).sort())
        if (name !== 'node_modules' && name !== 'dist') visit(join(path, name));
    } else
      hash
        .update(`${relative(root, path)}\0`)
        .update(readFileSync(path))
        .update('\0');
  };
  for (const path of paths) visit(path);
  return hash.digest('hex');
}

/** The portal's pages, built by vite only when something they are made of changed. */
function bundleWeb() {
  const web = join(root, 'services/admin-portal/web');
  if (!existsSync(join(web, 'index.html'))) return 'no portal pages';
  const out = join(dist, 'admin-portal/web');
  const stamp = join(dist, 'admin-portal/web.stamp');
  const hash = hashOf([web, join(root, 'libs/contracts/src'), join(root, 'package-lock.json')]);
  const built = existsSync(join(out, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (built) return 'portal pages unchanged';
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const result = spawnSync(
    process.execPath,
    [vite, 'build', web, '--outDir', out, '--emptyOutDir', '--logLevel', 'warn'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (result.status !== 0) throw new Error(`vite build ended with ${result.status ?? result.signal}`);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
  return 'portal pages built';
}

/** Builds everything into dist/; returns one line that says what was done. */
export async function bundle() {
  const started = performance.now();
  const count = await bundleCode();
  // One source: the portal offers the very files whose tests npm test runs.
  rmSync(join(dist, 'admin-portal/policy-templates'), { recursive: true, force: true });
  cpSync(join(root, 'examples/policies'), join(dist, 'admin-portal/policy-templates'), { recursive: true });
  await bundleViewer();
  const web = bundleWeb();
  return `bundled ${count} programs, ${web} (${Math.round(performance.now() - started)} ms)`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await bundle());
  } catch (error) {
    console.error(`bundle: ${error.message}`);
    process.exit(1);
  }
}
