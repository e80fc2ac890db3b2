// Addresses and ranges: one spelling, strict reading, IPv4 and IPv6 alike.
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type AddressRange = { readonly address: Address; readonly prefix: number };

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
export const parseRange = (cidr: string): AddressRange | undefined => {
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

const contains = (net: AddressRange, address: Address): boolean => {
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

/**
 * The public IPv4 address inside a NAT64 (RFC 6052, `64:ff9b::/96`) or 6to4 (RFC 3056, `2002::/16`) address, else
 * undefined. A private one inside says nothing: whoever picks the IPv6 address could write any office's range there.
 */
export const embeddedIpv4 = (address: Address): Address | undefined => {
  if (!(address instanceof ipaddr.IPv6)) return undefined;
  const bytes = address.toByteArray();
  const range = address.range();
  const inside = range === 'rfc6052' ? bytes.slice(12, 16) : range === '6to4' ? bytes.slice(2, 6) : undefined;
  if (inside === undefined) return undefined;
  const ipv4 = ipaddr.fromByteArray(inside);
  return ipv4.range() === 'unicast' ? ipv4 : undefined;
};
