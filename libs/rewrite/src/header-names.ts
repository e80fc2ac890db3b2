// Which header lines never cross the edge.

/** RFC 9110 §7.6.1 and their old relatives. */
export const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Alt-Svc and its like lead round the proxy; dictionaries cannot be decoded; the edge sends its own HSTS. */
export const droppedFromResponses = new Set([
  'strict-transport-security',
  'alt-svc',
  'nel',
  'report-to',
  'reporting-endpoints',
  'public-key-pins',
  'public-key-pins-report-only',
  'use-as-dictionary',
]);

/** True of the original bytes only. */
export const boundToBytes = new Set([
  'content-length',
  'content-encoding',
  'content-md5',
  'digest',
  'repr-digest',
  'content-digest',
  'accept-ranges',
  'signature',
  'signature-input',
]);

const clientClaims = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-remote-ip',
  'x-remote-addr',
  'true-client-ip',
  'cf-connecting-ip',
  'fastly-client-ip',
  'client-ip',
  'x-host',
  'x-original-host',
  'x-original-url',
  'x-rewrite-url',
  'x-original-forwarded-for',
  'client-cert',
  'client-cert-chain',
  'x-arr-clientcert',
  'available-dictionary',
  'dictionary-id',
  'expect',
]);

/** Claims about the client that only the edge may make, and what the edge alone speaks. */
export const isDroppedFromRequests = (name: string): boolean =>
  clientClaims.has(name) ||
  name.startsWith('x-forwarded') ||
  name.startsWith('gatehouse-') ||
  /^(?:x-)?(?:ssl|client|tls)-(?:client-)?(?:cert|verify|s-dn|i-dn|dn|serial|issuer|subject)/.test(name);

/** Pairs of a rawHeaders array; names lower-cased beside the written ones. */
export const headerLines = (raw: readonly string[]): { name: string; written: string; value: string }[] => {
  const lines = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const written = raw[at] ?? '';
    lines.push({ name: written.toLowerCase(), written, value: raw[at + 1] ?? '' });
  }
  return lines;
};

/** Hop-by-hop names of this message: the fixed ones and those listed in Connection. */
export const hopByHopOf = (raw: readonly string[]): ReadonlySet<string> => {
  let names: Set<string> | undefined;
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.length !== 10 || raw[at]?.toLowerCase() !== 'connection') continue;
    for (const token of (raw[at + 1] ?? '')
      .toLowerCase()
      .split(',')
      .map((each) => each.trim())) {
      // `Connection: cookie` would let a client or app switch off a header we rely on.
      if (hopByHop.has(token) || keepAlways.has(token)) continue;
      names ??= new Set(hopByHop);
      names.add(token);
    }
  }
  return names ?? hopByHop;
};

const keepAlways = new Set([
  'host',
  'cookie',
  'set-cookie',
  'content-length',
  'content-type',
  'content-disposition',
  'authorization',
  'origin',
]);
