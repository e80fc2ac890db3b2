// Set-Cookie and Cookie, edited as text: parsing and serialising would lose attributes and spelling.
import { getPublicSuffix } from 'tldts';
import type { HostCodec } from './host-codec.ts';

const isPublicSuffix = (domain: string): boolean =>
  domain === 'localhost' || getPublicSuffix(domain, { allowPrivateDomains: true }) === domain;

const cookieName = (piece: string): string => (piece.split('=', 1)[0] ?? '').trim();

const attribute = (piece: string): { name: string; value: string } => {
  const at = piece.indexOf('=');
  if (at < 0) return { name: piece.trim().toLowerCase(), value: '' };
  return { name: piece.slice(0, at).trim().toLowerCase(), value: piece.slice(at + 1).trim() };
};

/**
 * One Set-Cookie line for the browser, or undefined if it must not be set: it carries an edge cookie's name, or its
 * Domain does not cover the real host (a browser would refuse it there too). Domain is mapped; a Domain that is a public
 * suffix is dropped, which leaves a host-only cookie. `__Host-`, Secure and all other attributes stay.
 */
export const mapSetCookie = (
  line: string,
  host: string,
  codec: HostCodec,
  edgeCookies: readonly string[],
): string | undefined => {
  const [pair = '', ...attributes] = line.split(';');
  // A nameless cookie `=name=value` or `name` is sent as if it had that name.
  const names = [cookieName(pair), cookieName(pair.replace(/^[\s=]+/, ''))];
  if (edgeCookies.some((name) => names.includes(name))) return undefined;
  const kept: string[] = [];
  for (const piece of attributes) {
    const { name, value } = attribute(piece);
    if (name !== 'domain' || value === '' || value === '.') {
      kept.push(piece);
      continue;
    }
    const domain = value.replace(/^\./, '').toLowerCase();
    if (domain !== host && !host.endsWith(`.${domain}`)) return undefined;
    if (isPublicSuffix(domain)) continue;
    kept.push(piece.replace(/=.*$/s, (written) => `${written.trimEnd()}.${codec.suffix}`));
  }
  return [pair, ...kept].join(';');
};

export type CutCookies =
  | { readonly ok: true; readonly cookie: string | undefined }
  | { readonly ok: false; readonly name: string };

/**
 * The Cookie header for the upstream: edge cookies cut by exact name, all other bytes as they came. Two edge cookies of
 * one name mean that somebody tossed one, so the request is refused.
 */
export const cutEdgeCookies = (headers: readonly string[], edgeCookies: readonly string[]): CutCookies => {
  const seen = new Set<string>();
  const kept: string[] = [];
  for (const piece of headers.join('; ').split(';')) {
    const name = cookieName(piece);
    if (!edgeCookies.includes(name)) {
      kept.push(piece);
      continue;
    }
    if (seen.has(name)) return { ok: false, name };
    seen.add(name);
  }
  const cookie = kept.join(';').replace(/^ /, '');
  return { ok: true, cookie: cookie.trim() === '' ? undefined : cookie };
};

/** Values of all cookies of one name, in the order sent. */
export const readCookie = (headers: readonly string[], name: string): string[] =>
  headers
    .join('; ')
    .split(';')
    .filter((piece) => cookieName(piece) === name && piece.includes('='))
    .map((piece) => piece.slice(piece.indexOf('=') + 1).trim());
