// The browser's address: the socket's, unless a trusted proxy stands in front.
import { inRanges, normalAddress } from './ip-address.ts';

/** `1.2.3.4:5678`, `[2001:db8::1]:443` and bare addresses. */
const hop = (entry: string): string | undefined => {
  const text = entry.trim();
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1];
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(text)?.[1];
  return normalAddress(bracketed ?? withPort ?? text);
};

/**
 * Client address from the socket's peer and X-Forwarded-For (all lines, joined in order). The list is read from the
 * right while its entries are trusted proxies; with none trusted (the default) it is not read at all. A malformed entry
 * ends the walk: the proxy that sent it is taken for the client.
 */
export const clientAddress = (
  socketAddress: string,
  forwardedFor: readonly string[],
  trustedProxies: readonly string[] = [],
): string => {
  let current = normalAddress(socketAddress) ?? socketAddress;
  if (trustedProxies.length === 0) return current;
  const entries = forwardedFor
    .join(',')
    .split(',')
    .filter((entry) => entry.trim() !== '');
  while (inRanges(current, trustedProxies)) {
    const last = entries.pop();
    const next = last === undefined ? undefined : hop(last);
    if (next === undefined) return current;
    current = next;
  }
  return current;
};
