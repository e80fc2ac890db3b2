// Addresses that no name out of a configuration may lead to, unless its owner allowed the range.
import { inRanges } from './ip-address.ts';

/** Loopback, private, link-local, CGNAT, metadata, multicast, reserved; v6 twins and NAT64 included. */
const reservedRanges = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
  // Teredo, 6to4 and IPv4-compatible addresses carry an IPv4 address that nobody would check.
  ...['2001::/32', '2002::/16', '::/96'],
  ...['::/128', '::1/128', '64:ff9b::/96', '64:ff9b:1::/48', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
];

/** Whether connecting to `address` is refused; `allowed` are CIDRs. */
export function isRefusedAddress(address: string, allowed: readonly string[]): boolean {
  return inRanges(address, reservedRanges) && !inRanges(address, allowed);
}
