// Many ranges, one binary search: nested CIDRs are flattened into segments that know their innermost range.
import type { Address, AddressRange } from './ip-address.ts';

export type CidrEntry<T> = AddressRange & { readonly value: T };

/** Values of all ranges around an address, longest prefix first. */
export type CidrTable<T> = { readonly size: number; readonly find: (address: Address) => T[] };

/** Addresses as 32-bit words, high to low: one for IPv4, four for IPv6. Flat arrays: 100,000 objects cost a pause. */
type Kind = { readonly name: 'ipv4' | 'ipv6'; readonly width: 1 | 4 };

function writeWords(address: Address, into: Uint32Array, at: number): void {
  if ('octets' in address) {
    const [a = 0, b = 0, c = 0, d = 0] = address.octets;
    into[at] = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    return;
  }
  const { parts } = address;
  for (let word = 0; word < 4; word += 1) {
    into[at + word] = (((parts[word * 2] ?? 0) << 16) | (parts[word * 2 + 1] ?? 0)) >>> 0;
  }
}

/** Bits of a word that lie after the first `kept` ones. */
function hostBits(kept: number): number {
  if (kept >= 32) return 0;
  return kept <= 0 ? 0xffffffff : 0xffffffff >>> kept;
}

function compareAt(a: Uint32Array, x: number, b: Uint32Array, y: number, width: number): number {
  for (let word = 0; word < width; word += 1) {
    const difference = (a[x + word] ?? 0) - (b[y + word] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

type Nets<T> = {
  readonly width: number;
  /** First and last address of each net, `width` words each. */
  readonly firsts: Uint32Array;
  readonly lasts: Uint32Array;
  readonly prefixes: Uint8Array;
  readonly values: readonly T[];
};

function netsOf<T>(entries: readonly CidrEntry<T>[], { name, width }: Kind): Nets<T> {
  const own = entries.filter(({ address }) => address.kind() === name);
  const firsts = new Uint32Array(own.length * width);
  const lasts = new Uint32Array(own.length * width);
  own.forEach(({ address, prefix }, net) => {
    writeWords(address, firsts, net * width);
    for (let word = 0; word < width; word += 1) {
      const at = net * width + word;
      const host = hostBits(prefix - word * 32);
      const written = firsts[at] ?? 0;
      firsts[at] = written & ~host;
      lasts[at] = written | host;
    }
  });
  return {
    width,
    firsts,
    lasts,
    prefixes: Uint8Array.from(own, ({ prefix }) => prefix),
    values: own.map(({ value }) => value),
  };
}

/** Net numbers by first address, outer before inner. */
function order<T>({ width, firsts, prefixes }: Nets<T>): Uint32Array {
  const numbers = Uint32Array.from(prefixes, (_, net) => net);
  return numbers.sort(
    (a, b) =>
      compareAt(firsts, a * width, firsts, b * width, width) || (prefixes[a] ?? 0) - (prefixes[b] ?? 0) || a - b,
  );
}

type Segments<T> = {
  readonly width: number;
  /** First address of each segment, ascending. */
  readonly starts: Uint32Array;
  /** Innermost net of each segment; -1 for a gap. */
  readonly owners: Int32Array;
  /** The net around each net; -1 for none. */
  readonly parents: Int32Array;
  readonly values: readonly T[];
};

/** Collects segments; a second one with the same start replaces the first. */
function segmentWriter(width: number, most: number) {
  const starts = new Uint32Array(most * width);
  const owners = new Int32Array(most);
  let count = 0;
  return {
    mark(words: Uint32Array, at: number, owner: number): void {
      if (count > 0 && compareAt(starts, (count - 1) * width, words, at, width) === 0) count -= 1;
      for (let word = 0; word < width; word += 1) starts[count * width + word] = words[at + word] ?? 0;
      owners[count] = owner;
      count += 1;
    },
    done: () => ({ starts: starts.slice(0, count * width), owners: owners.slice(0, count) }),
  };
}

/** The address after the one at `at`, in `into`; false after the last of all. */
function next(words: Uint32Array, at: number, width: number, into: Uint32Array): boolean {
  let carry = 1;
  for (let word = width - 1; word >= 0; word -= 1) {
    const sum = (words[at + word] ?? 0) + carry;
    into[word] = sum;
    carry = sum > 0xffffffff ? 1 : 0;
  }
  return carry === 0;
}

function flatten<T>(nets: Nets<T>): Segments<T> {
  const { width, firsts, lasts, values } = nets;
  const parents = new Int32Array(values.length).fill(-1);
  const writer = segmentWriter(width, values.length * 2 + 1);
  const open: number[] = [];
  const after = new Uint32Array(width);
  const closeBefore = (first: number | undefined) => {
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      if (first !== undefined && compareAt(lasts, top * width, firsts, first, width) >= 0) return;
      open.pop();
      if (next(lasts, top * width, width, after)) writer.mark(after, 0, open.at(-1) ?? -1);
    }
  };
  for (const net of order(nets)) {
    closeBefore(net * width);
    parents[net] = open.at(-1) ?? -1;
    writer.mark(firsts, net * width, net);
    open.push(net);
  }
  closeBefore(undefined);
  return { width, ...writer.done(), parents, values };
}

function findIn<T>({ width, starts, owners, parents, values }: Segments<T>, address: Address): T[] {
  const words = new Uint32Array(width);
  writeWords(address, words, 0);
  let [low, high] = [0, owners.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareAt(starts, middle * width, words, 0, width) <= 0) low = middle + 1;
    else high = middle;
  }
  const found: T[] = [];
  for (let net = owners[low - 1] ?? -1; net >= 0; net = parents[net] ?? -1) found.push(values[net] as T);
  return found;
}

/**
 * A table over any number of IPv4 and IPv6 ranges, nested or equal ones included. Building takes O(n log n), a lookup
 * O(log n) plus one step per range around the address.
 */
export function createCidrTable<T>(entries: readonly CidrEntry<T>[]): CidrTable<T> {
  const tables = {
    ipv4: flatten(netsOf(entries, { name: 'ipv4', width: 1 })),
    ipv6: flatten(netsOf(entries, { name: 'ipv6', width: 4 })),
  };
  return { size: entries.length, find: (address) => findIn(tables[address.kind()], address) };
}
