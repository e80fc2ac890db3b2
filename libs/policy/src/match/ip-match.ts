// Addresses and CIDRs; an IPv4 address is the same whether written as IPv4 or mapped into IPv6.
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * An address; undefined for any other text. An IPv4 address mapped into IPv6 is that IPv4 address. Only dotted-quad
 * IPv4: the octal and short forms ipaddr.js also reads mean different hosts to different readers.
 */
export function parseAddress(text: string): Address | undefined {
  const trimmed = text.trim();
  if (!trimmed.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(trimmed)) return undefined;
  return ipaddr.isValid(trimmed) ? ipaddr.process(trimmed) : undefined;
}

function parseRange(text: string): readonly [Address, number] | undefined {
  const trimmed = text.trim();
  if (!trimmed.includes('/')) {
    const address = parseAddress(trimmed);
    return address && [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const written = trimmed.split('/')[0] ?? '';
  if (!ipaddr.isValidCIDR(trimmed) || parseAddress(written) === undefined) return undefined;
  const [address, bits] = ipaddr.parseCIDR(trimmed);
  if (address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress() && bits >= 96) {
    return [(address as ipaddr.IPv6).toIPv4Address(), bits - 96];
  }
  return [address, bits];
}

/** One spelling per address (`::ffff:10.0.0.1` → `10.0.0.1`); text that is no address stays as it is. */
export function canonicalAddress(text: string): string {
  return parseAddress(text)?.toString() ?? text;
}

/** True for an IPv4 or IPv6 address without prefix length. */
export function isAddress(text: string): boolean {
  return parseAddress(text) !== undefined;
}

/** True for an address or CIDR. */
export function isRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** Predicate: is an address inside this CIDR (or equal to this address)? */
export function rangeMatcher(range: string): (address: Address | undefined) => boolean {
  const parsed = parseRange(range);
  if (parsed === undefined) return () => false;
  const [base, bits] = parsed;
  return (address) => address !== undefined && address.kind() === base.kind() && address.match(base, bits);
}
