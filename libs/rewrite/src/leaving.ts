// Where an app leads a browser that is in no domain list, and whether it may go there.
import type { UnknownDomainMode } from '@gatehouse/contracts/catalogue';
import { getDomain } from 'tldts';
import type { HostCodec } from './host-codec.ts';

export type Leaving = { readonly host: string; readonly target: URL };

/**
 * The foreign place of a Location, read as browsers read it; undefined if it stays with hosts we know, is no web
 * address, or cannot be read. `base` is the real URL that answered.
 */
export const leavingOf = (location: string, base: string, codec: HostCodec): Leaving | undefined => {
  if (!URL.canParse(location, base)) return undefined;
  const target = new URL(location, base);
  const host = target.hostname.replace(/\.$/, '');
  if (!/^https?:$/.test(target.protocol) || host === '') return undefined;
  if (codec.find(host) || host === codec.suffix || host.endsWith(`.${codec.suffix}`)) return undefined;
  return { host, target };
};

const signed = /[?&](x-amz-signature|x-goog-signature|x-oss-signature|signature|sig|key-pair-id|googleaccessid)=/i;

/** A link that hands out one file to whoever has it: storage of the large clouds signs them so. */
const isSignedLink = ({ search }: URL): boolean => signed.test(search);

/**
 * Whether a browser may leave for a host in no domain list. `enforce` stops what would carry the app itself past the
 * proxy: hosts of the same registrable domain, and signed links to storage, which are downloads.
 */
export const mayLeave = (mode: UnknownDomainMode, { host, target }: Leaving, ownHosts: readonly string[]): boolean => {
  switch (mode) {
    case 'monitor':
      return true;
    case 'block':
      return false;
    case 'enforce':
      return !isSignedLink(target) && !ownHosts.some((own) => registrable(own) === registrable(host));
  }
};

/** By the public suffix list, private part included: two tenants of one platform are strangers. */
const registrable = (host: string): string => getDomain(host, { allowPrivateDomains: true }) ?? host;

/**
 * The policy that finds, or where `enforced` stops, what a page takes from outside the suffix without a redirect.
 * `elsewhere`: origins that forms may post to all the same, those of identity providers.
 */
export const boundaryCsp = (codec: HostCodec, elsewhere: readonly string[]): string => {
  const scheme = codec.publicScheme;
  const port = codec.publicPort === undefined ? '' : `:${codec.publicPort}`;
  const inside = `'self' ${scheme}://*.${codec.suffix}${port}`;
  const sockets = `${scheme === 'https' ? 'wss' : 'ws'}://*.${codec.suffix}${port}`;
  return [
    `default-src ${inside} ${sockets} data: blob: 'unsafe-inline' 'unsafe-eval'`,
    `form-action ${[inside, ...elsewhere].join(' ')}`,
    `report-uri ${boundaryReportPath}`,
  ].join('; ');
};

/** Where browsers send what {@link boundaryCsp} found, on the app's own host. */
export const boundaryReportPath = '/.gatehouse/boundary';

/** The foreign host of a report (CSP level 2 `application/csp-report`); undefined for anything else. */
export const reportedHost = (body: string, codec: HostCodec): string | undefined => {
  try {
    const blocked: unknown = JSON.parse(body)?.['csp-report']?.['blocked-uri'];
    if (typeof blocked !== 'string' || !/^(https?|wss?):\/\//i.test(blocked)) return undefined;
    return leavingOf(blocked.replace(/^ws/i, 'http'), 'https://nowhere.invalid/', codec)?.host;
  } catch {
    return undefined;
  }
};
