// URLs in headers (Location, Link, Refresh, Origin, Referer …): the origin is mapped, everything behind it stays.
import type { HostCodec } from './host-codec.ts';
import { type Direction, mapScheme, type OriginPair, originPairs, samePlace } from './origin-map.ts';

export type UrlMapper = (url: string, direction: Direction) => string;

const absolute = /^(\s*)(?:(https?|wss?):)?([\\/]{2})([^\\/?#@\s]*@)?([A-Za-z0-9._-]+)(?::(\d{0,5}))?(?=[\\/?#]|\s*$)/i;

const mapOne = (url: string, pairs: ReadonlyMap<string, OriginPair>): string => {
  const found = absolute.exec(url);
  if (!found) return url;
  const [whole, space = '', scheme, slashes = '//', userinfo = '', host = '', portText] = found;
  const pair = pairs.get(host.toLowerCase());
  const port = portText ? Number(portText) : undefined;
  if (!pair || !samePlace(pair.from, scheme, port)) return url;
  const mapped = scheme && (/^http/i.test(scheme) ? pair.to.scheme : mapScheme(pair, scheme));
  const toPort = pair.to.port === undefined ? '' : `:${pair.to.port}`;
  return `${space}${mapped ? `${mapped}:` : ''}${slashes}${userinfo}${pair.to.host}${toPort}${url.slice(whole.length)}`;
};

/**
 * Maps the origin of a URL; relative URLs, other hosts and other ports stay. Query and fragment are never touched, for
 * `redirect_uri`, `SAMLRequest` and signatures live there. The scheme becomes the listener's (or the catalogue's).
 */
export const createUrlMapper =
  (codec: HostCodec): UrlMapper =>
  (url, direction) =>
    mapOne(url, originPairs(codec, direction));

/** `<url>; rel=…, <url>; …` (RFC 8288). */
export const mapLink = (value: string, map: (url: string) => string): string =>
  value.replace(/<([^>]*)>/g, (_, url: string) => `<${map(url)}>`);

/** `5; url=https://h/`. */
export const mapRefresh = (value: string, map: (url: string) => string): string =>
  value.replace(/^(\s*[\d.]*\s*[;,]?\s*(?:url\s*=\s*)?)(["']?)(.*?)(["']?\s*)$/is, (_, head, open, url, close) => {
    return `${head}${open}${map(url)}${close}`;
  });
