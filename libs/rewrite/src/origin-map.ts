// One side of the mapping per table: which written origin becomes which other one.
import { defaultPort, type HostCodec, realPort, type Scheme } from './host-codec.ts';

export type Direction = 'toPublic' | 'toReal';

type Side = { readonly host: string; readonly scheme: Scheme; readonly port: number | undefined };
export type OriginPair = { readonly from: Side; readonly to: Side };

type Tables = Readonly<Record<Direction, ReadonlyMap<string, OriginPair>>>;
/** A codec never changes, and every header of every answer asks for its tables. */
const tablesOf = new WeakMap<HostCodec, Tables>();

/** All catalogued origins as pairs, by the host that is looked for; made once per codec. */
export const originPairs = (codec: HostCodec, direction: Direction): ReadonlyMap<string, OriginPair> => {
  const known = tablesOf.get(codec);
  if (known) return known[direction];
  const tables = { toPublic: pairsOf(codec, 'toPublic'), toReal: pairsOf(codec, 'toReal') };
  tablesOf.set(codec, tables);
  return tables[direction];
};

const pairsOf = (codec: HostCodec, direction: Direction): ReadonlyMap<string, OriginPair> =>
  new Map(
    codec.domains.map((domain) => {
      const real = { host: domain.host, scheme: domain.scheme, port: realPort(domain) };
      const seen = { host: `${domain.host}.${codec.suffix}`, scheme: codec.publicScheme, port: codec.publicPort };
      return direction === 'toPublic' ? [real.host, { from: real, to: seen }] : [seen.host, { from: seen, to: real }];
    }),
  );

/**
 * Whether a written scheme and port mean the pair's `from` origin. A default port, written or not, stands for the
 * origin if that has a default port too: `http://h` is the way to an app at `https://h`. Another port is another origin.
 */
export const samePlace = (from: Side, scheme: string | undefined, port: number | undefined): boolean => {
  const written = port ?? defaultPort(scheme ?? from.scheme);
  if (written === (from.port ?? defaultPort(from.scheme))) return true;
  return from.port === undefined && scheme !== undefined && written === defaultPort(scheme);
};

/** `https` → `http` and so on, `ws` likewise; kept as written where both sides have one scheme. */
export const mapScheme = (pair: OriginPair, scheme: string): string => {
  if (pair.from.scheme === pair.to.scheme) return scheme;
  const secure = /^(?:https|wss)$/i.test(scheme);
  if (secure === (pair.to.scheme === 'https')) return scheme;
  if (secure) return scheme.slice(0, -1);
  return scheme + (scheme === scheme.toUpperCase() ? 'S' : 's');
};
