// What is known about an IP address: the organisation's ranges first, the country table behind them.
import type { IpRange } from '@gatehouse/contracts/catalogue';
import ipaddr from 'ipaddr.js';

export type IpFacts = {
  readonly ipCategory: IpRange['category'] | undefined;
  readonly ipTags: readonly string[];
  readonly isp: string | undefined;
  readonly country: string | undefined;
};

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Net = { readonly address: Address; readonly prefix: number; readonly range: IpRange };

/** IPv4-mapped addresses count as IPv4; undefined for what is no address. Zone ids are cut. */
export const parseAddress = (text: string): Address | undefined => {
  const plain = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  // Strict: `010.0.0.1` and `127.1` mean different hosts to different parsers.
  if (!plain.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(plain)) return undefined;
  if (!ipaddr.isValid(plain)) return undefined;
  return ipaddr.process(plain);
};

/** One canonical spelling per address, or undefined. */
export const normalAddress = (text: string): string | undefined => parseAddress(text)?.toString();

/** `10.0.0.0/8`, a single address, or a mapped range; undefined if malformed. */
export const parseRange = (cidr: string): { address: Address; prefix: number } | undefined => {
  const [text = '', length, ...rest] = cidr.trim().split('/');
  if (rest.length > 0 || (length !== undefined && !/^\d{1,3}$/.test(length))) return undefined;
  const address = parseAddress(text);
  if (!address) return undefined;
  const bits = address.kind() === 'ipv4' ? 32 : 128;
  // `::ffff:10.0.0.0/104` is 10.0.0.0/8 written as IPv6.
  const mapped = text.includes(':') && bits === 32 ? 96 : 0;
  const prefix = length === undefined ? bits : Number(length) - mapped;
  return prefix >= 0 && prefix <= bits ? { address, prefix } : undefined;
};

const contains = (net: { address: Address; prefix: number }, address: Address): boolean => {
  if (net.address.kind() !== address.kind()) return false;
  return address.match(net.address, net.prefix);
};

/** Whether an address lies in any of the ranges; malformed input never does. */
export const inRanges = (ip: string, cidrs: readonly string[]): boolean => {
  const address = parseAddress(ip);
  if (!address) return false;
  return cidrs.some((cidr) => {
    const net = parseRange(cidr);
    return net !== undefined && contains(net, address);
  });
};

const nets = (ranges: readonly IpRange[]): Net[] => {
  const all = ranges.flatMap((range) =>
    range.cidrs.flatMap((cidr) => {
      const net = parseRange(cidr);
      return net ? [{ ...net, range }] : [];
    }),
  );
  return all.sort((a, b) => b.prefix - a.prefix);
};

/**
 * Facts of an address, IPv4 and IPv6 alike. Category, ISP and country come from the longest prefix that has them; tags
 * are those of all ranges around the address, for a wide "vpn" range must not hide behind a narrow one.
 */
export const createIpFacts = (
  ranges: readonly IpRange[],
  country: (ip: string) => string | undefined,
): ((ip: string) => IpFacts) => {
  const sorted = nets(ranges);
  return (ip) => {
    const address = parseAddress(ip);
    if (!address) return { ipCategory: undefined, ipTags: [], isp: undefined, country: undefined };
    const around = sorted.filter((net) => contains(net, address)).map(({ range }) => range);
    return {
      ipCategory: around[0]?.category,
      ipTags: [...new Set(around.flatMap(({ tags }) => tags))],
      isp: around.find(({ isp }) => isp !== undefined)?.isp,
      country: around.find((range) => range.country !== undefined)?.country ?? country(address.toString()),
    };
  };
};
