// Header lines of an upstream answer, made fit for the browser.
import { mapSetCookie } from './cookies.ts';
import { mapCsp } from './csp.ts';
import { boundToBytes, droppedFromResponses, headerLines, hopByHopOf } from './header-names.ts';
import type { CatalogueDomain, HostCodec } from './host-codec.ts';
import { createUrlMapper, mapLink, mapRefresh } from './redirect.ts';

export type ResponseContext = {
  readonly codec: HostCodec;
  /** Entry of the host that answered. */
  readonly domain: CatalogueDomain;
  /** Names of the edge's own cookies; the app cannot set them. */
  readonly edgeCookies: readonly string[];
  /**
   * `transformed`: the edge rewrites the body and sends identity (or adds its own Content-Encoding); lengths, codings,
   * digests and ranges of the original are dropped and ETag is marked. `pass`: bytes stay.
   */
  readonly body: 'pass' | 'transformed';
  /** Config version in the marked ETag, letters and digits. */
  readonly version?: string;
  /** An inspected download: must not be stored by caches. */
  readonly noStore?: boolean;
};

type Rule = (value: string, context: ResponseContext) => string | undefined;

const url: Rule = (value, { codec }) => createUrlMapper(codec)(value, 'toPublic');
const csp: Rule = (value, { codec }) => mapCsp(value, codec);

const origins: Rule = (value, { codec }) => {
  const map = createUrlMapper(codec);
  return value
    .split(',')
    .map((one) => map(one, 'toPublic'))
    .join(',');
};

const clearSiteData: Rule = (value) => {
  const kinds = value.split(',').map((kind) => kind.trim());
  // One suffix is one site: clearing cookies here would sign the user out of other apps.
  const kept = kinds.filter((kind) => kind !== '"cookies"' && kind !== '"*"');
  if (kinds.includes('"*"')) kept.push('"cache"', '"storage"');
  return kept.length === 0 ? undefined : kept.join(', ');
};

const etag: Rule = (value, { body, version }) =>
  body === 'transformed' ? value.replace(/"\s*$/, `;rw${version ?? ''}"`) : value;

// Connection-bound schemes cannot pass a pool of upstream sockets that several users share.
const authenticate: Rule = (value) => (/^\s*(?:negotiate|ntlm|kerberos)\b/i.test(value) ? undefined : value);

const quotedOrigins: Rule = (value, { codec }) =>
  value.replace(/"([^"]+)"/g, (_, one: string) => `"${createUrlMapper(codec)(one, 'toPublic')}"`);

const rules = new Map<string, Rule>([
  ['location', url],
  ['content-location', url],
  ['sourcemap', url],
  ['x-sourcemap', url],
  ['refresh', (value, { codec }) => mapRefresh(value, (one) => createUrlMapper(codec)(one, 'toPublic'))],
  ['link', (value, { codec }) => mapLink(value, (one) => createUrlMapper(codec)(one, 'toPublic'))],
  ['access-control-allow-origin', origins],
  ['timing-allow-origin', origins],
  ['content-security-policy', csp],
  ['content-security-policy-report-only', csp],
  ['clear-site-data', clearSiteData],
  ['etag', etag],
  ['www-authenticate', authenticate],
  ['permissions-policy', quotedOrigins],
  ['set-cookie', (value, { codec, domain, edgeCookies }) => mapSetCookie(value, domain.host, codec, edgeCookies)],
]);

/**
 * Maps the rawHeaders array of an upstream answer to one for the browser; order and spelling of what stays are kept.
 * Hop-by-hop lines go, so the caller sets its own framing.
 */
export const responseHeaders = (raw: readonly string[], context: ResponseContext): string[] => {
  const hops = hopByHopOf(raw);
  const out: string[] = [];
  for (const { name, written, value } of headerLines(raw)) {
    if (name.startsWith(':') || name.startsWith('gatehouse-')) continue;
    if (hops.has(name) || droppedFromResponses.has(name)) continue;
    if (context.body === 'transformed' && boundToBytes.has(name)) continue;
    if (context.noStore && (name === 'cache-control' || name === 'expires' || name === 'pragma')) continue;
    const mapped = rules.has(name) ? rules.get(name)?.(value, context) : value;
    if (mapped !== undefined) out.push(written, mapped);
  }
  if (context.noStore) out.push('Cache-Control', 'no-store');
  return out;
};
