// Node does not resolve *.localhost as browsers do, so the embedded world brings its own lookup.

import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';

const loopbackLookup: LookupFunction = (host, options, done) => {
  if (!isLocalhost(host) || isIP(host)) return lookup(host, options, done);
  return options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
};

export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** `fetch` with a deadline; with `allowLocalhost` every *.localhost is 127.0.0.1. Redirects are never followed. */
export function newFetch(allowLocalhost: boolean): typeof fetch {
  const dispatcher = new Agent({
    connect: { timeout: 5_000, ...(allowLocalhost ? { lookup: loopbackLookup } : {}) },
    headersTimeout: 10_000,
    bodyTimeout: 10_000,
  });
  const send = undiciFetch as unknown as (url: unknown, init: unknown) => Promise<Response>;
  return (url, init) => send(url, { ...init, redirect: 'manual', dispatcher });
}
