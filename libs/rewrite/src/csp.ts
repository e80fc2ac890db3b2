// Content-Security-Policy: host sources follow their hosts; the policy itself is never weakened or dropped.
import type { HostCodec } from './host-codec.ts';
import { mapScheme, type OriginPair, originPairs, samePlace } from './origin-map.ts';

const hostSource = /^(?:(https?|wss?):\/\/)?((?:\*\.)?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)(?::(\d+|\*))?(\/.*)?$/i;

const mapExact = (pair: OriginPair, scheme: string | undefined, port: string | undefined, path: string): string => {
  const toPort = pair.to.port === undefined ? '' : `:${pair.to.port}`;
  return `${scheme ? `${mapScheme(pair, scheme)}://` : ''}${pair.to.host}${port === '*' ? ':*' : toPort}${path}`;
};

const mapSource = (token: string, codec: HostCodec, pairs: ReadonlyMap<string, OriginPair>): string => {
  const found = hostSource.exec(token);
  if (!found) return token;
  const [, scheme, host = '', port, path = ''] = found;
  const name = host.toLowerCase();
  if (name.startsWith('*.')) {
    const covered = [...pairs.values()].find((pair) => pair.from.host.endsWith(name.slice(1)));
    if (!covered) return token;
    // Hosts under the wildcard that are not catalogued are still reached at their own names.
    const sibling: OriginPair = { ...covered, to: { ...covered.to, host: `${name}.${codec.suffix}` } };
    return `${token} ${mapExact(sibling, scheme, port, path)}`;
  }
  const pair = pairs.get(name);
  if (!pair) return token;
  // Without a scheme the page's own scheme and its default port hold, whatever the catalogue says about the app.
  if (port !== '*' && !samePlace(pair.from, scheme ?? pair.from.scheme, port ? Number(port) : undefined)) return token;
  return mapExact(pair, scheme, port, path);
};

const mapDirective = (
  directive: string,
  codec: HostCodec,
  pairs: ReadonlyMap<string, OriginPair>,
): string | undefined => {
  const name = /^\s*([A-Za-z-]+)/.exec(directive)?.[1]?.toLowerCase();
  // Its endpoints come from Reporting-Endpoints, which leads round the proxy and is dropped as well.
  if (name === 'report-to') return undefined;
  if (name === 'upgrade-insecure-requests' && codec.publicScheme === 'http') return undefined;
  return directive.replace(/\S+/g, (token, at: number) =>
    directive.slice(0, at).trim() === '' ? token : mapSource(token, codec, pairs),
  );
};

/** One CSP (or report-only) header value, or the content of a `<meta>` policy, for the suffixed world. */
export const mapCsp = (value: string, codec: HostCodec): string => {
  const pairs = originPairs(codec, 'toPublic');
  return value
    .split(',')
    .map((policy) =>
      policy
        .split(';')
        .map((directive) => mapDirective(directive, codec, pairs))
        .filter((directive) => directive !== undefined)
        .join(';'),
    )
    .join(',');
};

export type OwnScript = {
  /** Full public URL of the script's file. */
  readonly url: string;
  /** Fresh per answer; stands on the script's tag. */
  readonly nonce: string;
};

const usesSecrets = /^'(?:nonce-|sha(?:256|384|512)-|strict-dynamic')/i;

/**
 * A mapped CSP (or report-only) value that lets one script file of the edge run besides what it allowed: by nonce where
 * nonces, hashes or strict-dynamic decide (elsewhere a nonce would switch `'unsafe-inline'` off), else by its exact URL.
 */
export const admitScript = (value: string, script: OwnScript): string =>
  value
    .split(',')
    .map((policy) => admitInPolicy(policy, script))
    .join(',');

const admitInPolicy = (policy: string, script: OwnScript): string => {
  const directives = policy.split(';');
  const named = (wanted: string) =>
    directives.findIndex((directive) => directive.trim().split(/\s+/, 1)[0]?.toLowerCase() === wanted);
  const at = [named('script-src-elem'), named('script-src'), named('default-src')].find((index) => index >= 0);
  const found = at === undefined ? undefined : directives[at];
  if (at === undefined || found === undefined) return policy;
  const [name = '', ...sources] = found.trim().split(/\s+/);
  if (!sources.some((source) => usesSecrets.test(source)) && sources.includes("'self'")) return policy;
  const own = sources.some((source) => usesSecrets.test(source)) ? `'nonce-${script.nonce}'` : script.url;
  const admitted = [...sources.filter((source) => source.toLowerCase() !== "'none'"), own].join(' ');
  // Other kinds of content keep what default-src says.
  if (name.toLowerCase() === 'default-src') return `${policy.replace(/[;\s]*$/, '')}; script-src ${admitted}`;
  return directives.with(at, ` ${name} ${admitted}`).join(';').trimStart();
};
