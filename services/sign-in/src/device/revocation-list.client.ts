// Fetches revocation lists: every resolved address is checked and pinned, size and time are limited, no redirects.
import { lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isRefusedAddress } from '@gatehouse/facts/reserved-addresses';
import { Agent, request } from 'undici';
import { isLocalhost } from '../loopback-fetch.ts';

export type Fetched =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly etag: string | undefined }
  | { readonly type: 'unchanged' }
  | { readonly type: 'failed'; readonly problem: 'unreachable' | 'tooLarge'; readonly why: string };

/** About 100,000 revoked certificates; what is published of it must fit into one message. */
const mostBytes = 4 * 1024 * 1024;
const deadlineMs = 15_000;

/** One GET. `allowPrivate` are CIDRs. Never throws. */
export async function fetchRevocationList(
  url: string,
  options: {
    readonly allowPrivate: readonly string[];
    readonly allowLocalhost: boolean;
    readonly etag: string | undefined;
  },
): Promise<Fetched> {
  const { hostname } = new URL(url);
  const address = hostname.replace(/^\[|\]$/g, '');
  // Nothing is looked up for an address, so it is judged here.
  if (isIP(address) && isRefusedAddress(address, options.allowPrivate))
    return unreachable('its address is not allowed');
  const agent = new Agent({ connect: { timeout: 5_000, lookup: guarded(options) } });
  try {
    const answer = await request(url, {
      dispatcher: agent,
      headers: { accept: 'application/pkix-crl', ...(options.etag ? { 'if-none-match': options.etag } : {}) },
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (answer.statusCode === 304) return { type: 'unchanged' };
    if (answer.statusCode !== 200) return unreachable(`it answered ${answer.statusCode}`);
    const bytes = await readLimited(answer.body);
    const { etag } = answer.headers;
    if (!bytes) return { type: 'failed', problem: 'tooLarge', why: `it is larger than ${mostBytes} bytes` };
    return { type: 'bytes', bytes, etag: typeof etag === 'string' ? etag : undefined };
  } catch (error) {
    return unreachable(error instanceof Error ? error.message : 'the request failed');
  } finally {
    await agent.destroy();
  }
}

function unreachable(why: string): Fetched {
  return { type: 'failed', problem: 'unreachable', why };
}

async function readLimited(body: AsyncIterable<Uint8Array>): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function guarded({ allowPrivate, allowLocalhost }: { allowPrivate: readonly string[]; allowLocalhost: boolean }) {
  const resolve: LookupFunction = (host, options, done) => {
    const answer = (found: { address: string; family: number }[]) => {
      const [first] = found;
      if (!first || found.some(({ address }) => isRefusedAddress(address, allowPrivate)))
        return done(new Error('its name leads to an address that is not allowed'), '', 4);
      return options.all ? done(null, found) : done(null, first.address, first.family);
    };
    if (allowLocalhost && isLocalhost(host)) return answer([{ address: '127.0.0.1', family: 4 }]);
    lookup(host, { all: true }, (error, found) => (error ? done(error, '', 4) : answer(found)));
  };
  return resolve;
}
