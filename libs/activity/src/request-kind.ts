// What the browser asked for, told from the Fetch Metadata and older request headers.

export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>;

export type RequestKind = 'navigation' | 'frame' | 'aDownload' | 'subresource' | 'fetch' | 'plainClient';

/** The lines of a rawHeaders array (name, value, name, value …) by lower-case name; none is lost. */
export const headerFields = (raw: readonly string[]): HeaderFields => {
  const all = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const known = all.get(name);
    if (known) known.push(raw[at + 1] ?? '');
    else all.set(name, [raw[at + 1] ?? '']);
  }
  return Object.fromEntries(all);
};

/** One header value, name in lower case. */
export const field = (headers: HeaderFields, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.join(', ');
};

export const fields = (headers: HeaderFields, name: string): readonly string[] => {
  const value = headers[name];
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
};

const subresources = new Set([
  'script',
  'style',
  'font',
  'image',
  'audio',
  'video',
  'track',
  'manifest',
  'worker',
  'sharedworker',
  'serviceworker',
  'audioworklet',
  'paintworklet',
  'json',
  'report',
  'xslt',
]);

const withoutMetadata = (method: string, headers: HeaderFields): RequestKind => {
  if (field(headers, 'x-requested-with') !== undefined) return 'fetch';
  const accept = field(headers, 'accept') ?? '';
  if (field(headers, 'upgrade-insecure-requests') === '1' || /text\/html/i.test(accept)) return 'navigation';
  // A browser names what it is and sends Accept-Language; curl, office programs and sync clients do not.
  const browser =
    /mozilla\//i.test(field(headers, 'user-agent') ?? '') && field(headers, 'accept-language') !== undefined;
  if (!browser) return 'plainClient';
  return /^(?:image|text\/css|font)/i.test(accept) && method === 'GET' ? 'subresource' : 'fetch';
};

/**
 * Kind of a request. `<a download>` on the own origin is the one navigation with destination `empty` and without
 * Upgrade-Insecure-Requests (Chromium). The headers are the client's word: they never make a download pass unjudged.
 */
export const requestKind = (method: string, headers: HeaderFields): RequestKind => {
  const mode = field(headers, 'sec-fetch-mode')?.toLowerCase();
  const destination = field(headers, 'sec-fetch-dest')?.toLowerCase();
  if (mode === undefined && destination === undefined) return withoutMetadata(method, headers);
  if (destination === 'document') return 'navigation';
  if (destination === 'iframe' || destination === 'frame' || destination === 'embed' || destination === 'object')
    return 'frame';
  if (mode === 'navigate') {
    return field(headers, 'upgrade-insecure-requests') === undefined ? 'aDownload' : 'navigation';
  }
  return destination !== undefined && subresources.has(destination) ? 'subresource' : 'fetch';
};
