// Request forms that Node accepts and we refuse, because another parser might read them differently.
import { headerLines } from './header-names.ts';

export type IncomingRequest = {
  readonly method: string;
  /** Request target as received. */
  readonly url: string;
  readonly rawHeaders: readonly string[];
  /** `1.0`, `1.1` or `2.0`. */
  readonly httpVersion: string;
  /** Lets a GET or HEAD carry a body (per app). */
  readonly allowGetBody?: boolean;
};

export type Refusal = { readonly status: 400; readonly why: string };

type Line = ReturnType<typeof headerLines>[number];
type Check = (request: IncomingRequest, lines: readonly Line[]) => string | undefined;

const valuesOf = (lines: readonly Line[], wanted: string) =>
  lines.filter(({ name }) => name === wanted).map(({ value }) => value);

const authority = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?::\d{1,5})?$/;

const checks: readonly Check[] = [
  ({ httpVersion }) => (/^(?:1\.[01]|2(?:\.0)?)$/.test(httpVersion) ? undefined : 'HTTP version'),
  ({ method }) => (/^(?!CONNECT$)[A-Z][A-Z-]{0,31}$/.test(method) ? undefined : 'method'),
  ({ url, method }) =>
    url.startsWith('/') || (url === '*' && method === 'OPTIONS') ? undefined : 'target is not a path',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  ({ url }) => (/[#\s\x00-\x20\x7f-\uffff]/.test(url) ? 'character in target' : undefined),
  (_, lines) => (lines.some(({ name }) => !/^:?[a-z0-9!#$%&'*+.^`|~-]+$/.test(name)) ? 'header name' : undefined),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  (_, lines) => (lines.some(({ value }) => /[\x00\r\n]/.test(value)) ? 'control character in a header' : undefined),
  ({ httpVersion }, lines) => {
    const named = valuesOf(lines, 'host');
    const pseudo = valuesOf(lines, ':authority');
    if (named.length > 1 || pseudo.length > 1) return 'more than one Host';
    if (httpVersion.startsWith('1') && pseudo.length > 0) return 'pseudo-header';
    const host = named[0] ?? pseudo[0];
    if (host === undefined || !authority.test(host)) return 'Host';
    return pseudo[0] !== undefined && pseudo[0].toLowerCase() !== host.toLowerCase()
      ? 'Host differs from :authority'
      : undefined;
  },
  ({ httpVersion }, lines) => {
    const coding = valuesOf(lines, 'transfer-encoding');
    const length = valuesOf(lines, 'content-length');
    if (coding.length > 0 && httpVersion !== '1.1') return 'Transfer-Encoding in this HTTP version';
    if (coding.length > 1 || (coding[0] !== undefined && coding[0].toLowerCase() !== 'chunked'))
      return 'Transfer-Encoding';
    if (coding.length > 0 && length.length > 0) return 'Content-Length beside Transfer-Encoding';
    if (length.length > 1 || (length[0] !== undefined && !/^\d{1,15}$/.test(length[0]))) return 'Content-Length';
    return undefined;
  },
  ({ method, allowGetBody }, lines) => {
    if (allowGetBody || (method !== 'GET' && method !== 'HEAD')) return undefined;
    const body =
      valuesOf(lines, 'transfer-encoding').length > 0 || valuesOf(lines, 'content-length').some((n) => !/^0+$/.test(n));
    return body ? `body in a ${method}` : undefined;
  },
];

/** Undefined if the request may be read further; else answer 400 and close the connection. */
export const checkRequest = (request: IncomingRequest): Refusal | undefined => {
  const lines = headerLines(request.rawHeaders);
  for (const check of checks) {
    const why = check(request, lines);
    if (why !== undefined) return { status: 400, why };
  }
  return undefined;
};
