// Fetches SAML metadata from an address that an administrator typed: https, public addresses, no redirects, bounded.
import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import ipaddr from 'ipaddr.js';
import { isLocalhost } from './identity-provider.check.ts';

const longest = 1_000_000;
const deadlineMs = 10_000;

export type Fetched =
  | { readonly type: 'fetched'; readonly text: string }
  | { readonly type: 'refused'; readonly message: string };

/** `localDemo`: hosts under .localhost are loopback and may do without TLS. */
export async function fetchMetadata(text: string, localDemo: boolean): Promise<Fetched> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username || url.password) return { type: 'refused', message: 'this is no web address' };
  const demo = localDemo && isLocalhost(url.hostname);
  if (url.protocol !== 'https:' && !(demo && url.protocol === 'http:'))
    return { type: 'refused', message: 'the address must begin with https://' };
  try {
    const address = demo ? '127.0.0.1' : await publicAddress(url.hostname.replaceAll(/[[\]]/g, ''));
    if (!address) {
      const way = 'Download the metadata yourself and give the file';
      return { type: 'refused', message: `${url.hostname} is not a public address. ${way}` };
    }
    return await get(url, address);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return { type: 'refused', message: `${url.hostname} does not answer${code}` };
  }
}

/** An address of the host, only if every one it has is public: what is checked is what is connected to. */
async function publicAddress(host: string): Promise<string | undefined> {
  const all = await lookup(host, { all: true });
  const isPublic = all.every(({ address }) => ipaddr.process(address).range() === 'unicast');
  return isPublic ? all[0]?.address : undefined;
}

function get(url: URL, address: string): Promise<Fetched> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const family = ipaddr.parse(address).kind() === 'ipv6' ? 6 : 4;
    const sent = send(url, {
      agent: false,
      headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' },
      lookup: (_, options, done) => (options.all ? done(null, [{ address, family }]) : done(null, address, family)),
      signal: AbortSignal.timeout(deadlineMs),
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      if (answer.statusCode !== 200) {
        answer.destroy();
        return resolve({ type: 'refused', message: `${url.hostname} answered ${answer.statusCode}` });
      }
      let text = '';
      answer.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.length <= longest) return;
        answer.destroy();
        resolve({ type: 'refused', message: 'the answer is larger than 1 MB' });
      });
      answer.on('end', () => resolve({ type: 'fetched', text }));
      answer.on('error', reject);
    });
    sent.end();
  });
}
