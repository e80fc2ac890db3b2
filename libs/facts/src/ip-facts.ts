// What is known about an IP address: the organisation's ranges first, lists and tables behind them.
import type { IpRange } from '@gatehouse/contracts/catalogue';
import { type CidrEntry, createCidrTable } from './cidr-table.ts';
import { type Address, embeddedIpv4, parseAddress, parseRange } from './ip-address.ts';

export type IpFacts = {
  readonly ipCategory: IpRange['category'] | undefined;
  readonly ipTags: readonly string[];
  readonly isp: string | undefined;
  readonly country: string | undefined;
};

/** What stands behind the organisation's own ranges. Each answers undefined or nothing for what it does not know. */
export type AddressSources = {
  readonly country: (ip: string) => string | undefined;
  readonly isp?: ((ip: string) => string | undefined) | undefined;
  /** Built-in tags from lists. */
  readonly tagsOf?: ((address: Address) => readonly string[]) | undefined;
};

/** Tables write `ZZ`, `--` or nothing for unknown: all of these are an absent fact. */
const realCountry = (code: string | undefined): string | undefined => {
  const upper = code?.toUpperCase();
  return upper !== undefined && /^[A-Z]{2}$/.test(upper) && upper !== 'ZZ' && upper !== 'XX' ? upper : undefined;
};

/**
 * A tunnelled address (NAT64, 6to4) is also looked up as the IPv4 address inside it, but only in tables and lists: it
 * may bring a country or a suspicion, never the trust of an organisation's range.
 */
function builtIn(address: Address, sources: AddressSources) {
  const spellings = [address, embeddedIpv4(address)].filter((each) => each !== undefined);
  const first = (look: ((ip: string) => string | undefined) | undefined) =>
    spellings.map((each) => look?.(each.toString())).find((found) => found !== undefined);
  return {
    tags: () => [...new Set(spellings.flatMap((each) => sources.tagsOf?.(each) ?? []))],
    isp: () => first(sources.isp),
    country: () => first((ip) => realCountry(sources.country(ip))),
  };
}

function entriesOf(ranges: readonly IpRange[]): CidrEntry<IpRange>[] {
  return ranges.flatMap((range) =>
    range.cidrs.flatMap((cidr) => {
      const net = parseRange(cidr);
      return net ? [{ ...net, value: range }] : [];
    }),
  );
}

/**
 * Facts of an address, IPv4 and IPv6 alike. Custom beats built-in, field by field (SPEC section 3): what a range of the
 * organisation states holds, what it leaves empty comes from tables and lists. Category, ISP and country come from the
 * longest prefix that has them; tags are those of all ranges around the address, for a wide "vpn" range must not hide
 * behind a narrow one.
 */
export const createIpFacts = (
  ranges: readonly IpRange[],
  sources: AddressSources | AddressSources['country'],
): ((ip: string) => IpFacts) => {
  const table = createCidrTable(entriesOf(ranges));
  const behind = typeof sources === 'function' ? { country: sources } : sources;
  return (ip) => {
    const address = parseAddress(ip);
    if (!address) return { ipCategory: undefined, ipTags: [], isp: undefined, country: undefined };
    const around = table.find(address);
    const known = builtIn(address, behind);
    const own = [...new Set(around.flatMap(({ tags }) => tags))];
    return {
      ipCategory: around[0]?.category,
      ipTags: own.length > 0 ? own : known.tags(),
      isp: around.find(({ isp }) => isp !== undefined)?.isp ?? known.isp(),
      country: around.find(({ country }) => country !== undefined)?.country ?? known.country(),
    };
  };
};
