// The layers of the house, read from import lines: contracts ← domain libs ← services, contracts ← platform libs ← services.
// Two stand on both: what every PEP carries (docs/adr/0008-one-enforcement-library.md), and what tests start and store.

export type SourceFile = { readonly path: string; readonly text: string };

const domain = ['policy', 'content', 'dlp', 'label', 'rewrite', 'activity', 'facts', 'session', 'saml', 'alerting'];
const platform = ['messaging', 'postgres', 'service-kit', 'testkit', 'enforcement'];
const overDomain = new Set(['libs/enforcement', 'libs/testkit']);
const infrastructure = /^(node:|@nestjs\/|@nats-io\/|typeorm$|pg$|undici$)/;
const forbiddenName = /(^|\/)(index|utils?|common|helpers?|shared|types)(\/|\.[cm]?[jt]sx?$)/;
const importLine = /(?:\bfrom\s+|\bimport\s*\(\s*|^\s*import\s+)(['"])([^'"\n]+)\1/gm;

/** Tests may use what they like; only what ships keeps to the layers. */
const isTest = (path: string) => /\.test\.tsx?$|\/test\//.test(path);

/** `libs/policy`, `services/sign-in`, … */
const placeOf = (path: string) => path.split('/').slice(0, 2).join('/');

function targetOf(from: string, specifier: string, folderOf: (name: string) => string | undefined): string | undefined {
  if (specifier.startsWith('@gatehouse/')) return folderOf(specifier.split('/')[1] ?? '');
  if (!specifier.startsWith('.')) return undefined;
  return placeOf(new URL(specifier, `file:///${from}`).pathname.slice(1));
}

function forbidden(place: string, specifier: string, target: string | undefined): string | undefined {
  const [kind, name = ''] = place.split('/');
  const isDomain = kind === 'libs' && domain.includes(name);
  if (isDomain && infrastructure.test(specifier)) return 'a domain lib is pure';
  if (target === undefined || target === place) return undefined;
  if (place === 'libs/contracts') return 'contracts import nothing of ours';
  if (isDomain && target !== 'libs/contracts') return 'a domain lib imports contracts only';
  if (kind === 'libs' && target.startsWith('services/')) return 'a lib never imports a service';
  const toPlatform = platform.some((one) => target === `libs/${one}`);
  if (kind === 'libs' && platform.includes(name) && target !== 'libs/contracts' && !toPlatform) {
    if (!overDomain.has(place)) return 'a platform lib imports contracts and platform libs only';
  }
  if (kind === 'libs' && target === 'libs/enforcement') return 'only services enforce';
  if (kind === 'services' && target.startsWith('services/')) return 'a service never imports another';
  if (kind === 'services' && target === 'libs/testkit') return 'testkit is for tests';
  if (kind === 'services' && !target.startsWith('libs/')) return 'a service imports libs only';
  return undefined;
}

/** Every breach as one line; empty when the layers hold. `folders` are the places there are. */
export function findViolations(files: readonly SourceFile[], folders: readonly string[]): string[] {
  const folderOf = (name: string) => folders.find((folder) => folder.endsWith(`/${name}`) && folder.includes('/'));
  return files.flatMap(({ path, text }) => {
    const named = forbiddenName.test(path) ? [`${path}: a file or folder name that says nothing`] : [];
    if (isTest(path)) return named;
    const breaches = [...text.matchAll(importLine)].flatMap(([, , specifier = '']) => {
      const why = forbidden(placeOf(path), specifier, targetOf(path, specifier, folderOf));
      return why ? [`${path} imports ${specifier}: ${why}`] : [];
    });
    return [...named, ...breaches];
  });
}
