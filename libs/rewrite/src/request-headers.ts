// Header lines of a browser's request, made fit for the upstream: as if the app had been asked at its own name.
import { getDomain } from 'tldts';
import { cutEdgeCookies } from './cookies.ts';
import { headerLines, hopByHopOf, isDroppedFromRequests } from './header-names.ts';
import { type CatalogueDomain, type HostCodec, realAuthority } from './host-codec.ts';
import { createUrlMapper } from './redirect.ts';

export type RequestContext = {
  readonly codec: HostCodec;
  /** Entry the request goes to. */
  readonly domain: CatalogueDomain;
  readonly method: string;
  readonly edgeCookies: readonly string[];
  /** Address of the browser, sent as X-Forwarded-For; absent: not sent. */
  readonly clientIp?: string;
  /** Drops Range and If-Range: a file that is judged, or a body that is rewritten, is fetched whole. */
  readonly dropRange?: boolean;
  /** Keeps `Connection: Upgrade` for a WebSocket handshake. */
  readonly upgrade?: boolean;
};

export type RequestHeaders =
  | {
      readonly ok: true;
      readonly headers: string[] /** A write from another app: its cookies were withheld. */;
      readonly crossApp: boolean;
    }
  | { readonly ok: false; readonly status: 400; readonly why: string };

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
const site = (host: string) => getDomain(host, { allowPrivateDomains: true }) ?? host;

type Lines = ReturnType<typeof headerLines>;
const first = (lines: Lines, wanted: string) => lines.find(({ name }) => name === wanted)?.value;

/** Real origin of the page that asks, from Origin, else Referer. */
const initiator = (lines: Lines, codec: HostCodec): { origin: string; host: string } | undefined => {
  const sent = first(lines, 'origin');
  const source = sent === undefined || sent === 'null' ? first(lines, 'referer') : sent;
  if (source === undefined) return undefined;
  const found = /^(https?:\/\/([^/?#:]+)(?::\d+)?)(?:[/?#]|$)/i.exec(createUrlMapper(codec)(source, 'toReal'));
  return found?.[1] && found[2] ? { origin: found[1].toLowerCase(), host: found[2].toLowerCase() } : undefined;
};

/** Sec-Fetch-Site as the browser would have sent it at the real names; under the suffix everything looks same-site. */
const fetchSite = (sent: string, lines: Lines, context: RequestContext): string => {
  if (sent !== 'same-site') return sent;
  const from = initiator(lines, context.codec);
  if (!from) return 'cross-site';
  if (from.origin === context.codec.realOrigin(context.domain.host)) return 'same-origin';
  return site(from.host) === site(context.domain.host) ? 'same-site' : 'cross-site';
};

/**
 * True for an unsafe method sent by a page of another app under the suffix. Lax and Strict cookies would cross there,
 * for one suffix is one browser site.
 */
const isCrossApp = (lines: Lines, { codec, domain, method }: RequestContext): boolean => {
  if (safeMethods.has(method.toUpperCase())) return false;
  const from = initiator(lines, codec);
  if (!from) return first(lines, 'origin') === 'null' && first(lines, 'sec-fetch-site') === 'same-site';
  const other = codec.find(from.host) ?? codec.toReal(from.host);
  if (other) return other.app !== domain.app;
  return from.host === codec.suffix || from.host.endsWith(`.${codec.suffix}`);
};

/** Codings that the edge decodes and the client accepts. */
const acceptEncoding = (sent: string | undefined): string => {
  const offered = (sent ?? '')
    .toLowerCase()
    .split(',')
    .filter((token) => !/;\s*q=0(?:\.0*)?\s*$/.test(token))
    .map((token) => (token.split(';', 1)[0] ?? '').trim());
  const known = ['gzip', 'br'].filter((coding) => offered.includes(coding));
  return known.length === 0 ? 'identity' : known.join(', ');
};

const mapLine = (name: string, value: string, lines: Lines, context: RequestContext): string | undefined => {
  switch (name) {
    case 'origin':
    case 'referer':
      return createUrlMapper(context.codec)(value, 'toReal');
    case 'sec-fetch-site':
      return fetchSite(value, lines, context);
    case 'if-match':
    case 'if-none-match':
      return value.replace(/;rw[A-Za-z0-9._-]*"/g, '"');
    case 'authorization':
      return /^gatehouse\b/i.test(value) ? undefined : value;
    case 'range':
    case 'if-range':
      return context.dropRange ? undefined : value;
    default:
      return value;
  }
};

const setByEdge = new Set(['host', 'cookie', 'accept-encoding']);

/**
 * Maps a rawHeaders array (h1 or h2) to one for an HTTP/1.1 upstream. Framing is the caller's: Content-Length passes,
 * Transfer-Encoding does not. Refuses where two edge cookies of one name came.
 */
export const requestHeaders = (raw: readonly string[], context: RequestContext): RequestHeaders => {
  const lines = headerLines(raw);
  const hops = hopByHopOf(raw);
  const sentCookies = lines.filter(({ name }) => name === 'cookie').map(({ value }) => value);
  const cut = cutEdgeCookies(sentCookies, context.edgeCookies);
  if (!cut.ok) return { ok: false, status: 400, why: `two cookies named ${cut.name}` };
  const crossApp = isCrossApp(lines, context);
  const headers = ['Host', realAuthority(context.domain)];
  for (const { name, written, value } of lines) {
    if (name.startsWith(':') || hops.has(name) || setByEdge.has(name) || isDroppedFromRequests(name)) continue;
    const mapped = mapLine(name, value, lines, context);
    if (mapped !== undefined) headers.push(written, mapped);
  }
  headers.push('Accept-Encoding', acceptEncoding(first(lines, 'accept-encoding')));
  if (cut.cookie !== undefined && !crossApp) headers.push('Cookie', cut.cookie);
  if (context.clientIp !== undefined) headers.push('X-Forwarded-For', context.clientIp);
  if (context.upgrade) headers.push('Connection', 'Upgrade', 'Upgrade', 'websocket');
  return { ok: true, headers, crossApp };
};
