import { describe, expect, it } from 'vitest';
import { type CidrEntry, createCidrTable } from './cidr-table.ts';
import { type Address, inRanges, parseAddress, parseRange } from './ip-address.ts';

/** Seeded, so that a failure can be repeated (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const entry = <T>(cidr: string, value: T): CidrEntry<T> => {
  const range = parseRange(cidr);
  if (!range) throw new Error(`no range: ${cidr}`);
  return { ...range, value };
};
const address = (ip: string): Address => {
  const parsed = parseAddress(ip);
  if (!parsed) throw new Error(`no address: ${ip}`);
  return parsed;
};

/** Few distinct bytes, so that ranges nest and touch. */
function randomAddress(random: (below: number) => number): string {
  const byte = () => [0, 1, 127, 128, 254, 255][random(6)] ?? 0;
  if (random(2) === 0) return [byte(), byte(), byte(), byte()].join('.');
  return Array.from({ length: 8 }, () => (byte() * 256 + byte()).toString(16)).join(':');
}
const randomCidr = (random: (below: number) => number): string => {
  const ip = randomAddress(random);
  return `${ip}/${random(ip.includes(':') ? 129 : 33)}`;
};

describe('cidr table', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))('finds what a naive search finds, seed %i', (seed) => {
    const random = randomOf(seed);
    const cidrs = Array.from({ length: 1 + random(200) }, () => randomCidr(random)).filter(parseRange);
    const table = createCidrTable(cidrs.map((cidr, at) => entry(cidr, at)));
    const length = (at: number) => parseRange(cidrs[at] ?? '')?.prefix ?? 0;
    for (let turn = 0; turn < 100; turn += 1) {
      const ip = randomAddress(random);
      if (!parseAddress(ip)) continue;
      const naive = cidrs.flatMap((cidr, at) => (inRanges(ip, [cidr]) ? [at] : []));
      const found = table.find(address(ip));
      expect([...found].sort((a, b) => a - b)).toEqual(naive);
      expect(found.map(length)).toEqual([...naive].map(length).sort((a, b) => b - a));
    }
  });

  it('knows both ends of a range and the neighbours outside', () => {
    const table = createCidrTable([entry('10.1.0.0/16', 'a'), entry('255.255.255.255/32', 'z'), entry('::/0', 'six')]);
    const at = (ip: string) => table.find(address(ip));
    expect([at('10.1.0.0'), at('10.1.255.255')]).toEqual([['a'], ['a']]);
    expect([at('10.0.255.255'), at('10.2.0.0'), at('0.0.0.0')]).toEqual([[], [], []]);
    expect(at('255.255.255.255')).toEqual(['z']);
    expect(at('ffff::1')).toEqual(['six']);
    expect(at('::ffff:10.1.2.3')).toEqual(['a']);
  });

  it('answers from nothing', () => {
    expect(createCidrTable([]).find(address('192.0.2.1'))).toEqual([]);
  });

  it('holds 100,000 ranges and answers faster than a list could be read', () => {
    const random = randomOf(7);
    const cidrs = Array.from({ length: 100_000 }, () =>
      random(3) === 0
        ? `2001:${random(65_536).toString(16)}:${random(65_536).toString(16)}::/${32 + random(33)}`
        : `${1 + random(222)}.${random(256)}.${random(256)}.0/${16 + random(9)}`,
    );
    const built = process.cpuUsage();
    const table = createCidrTable(cidrs.map((cidr) => entry(cidr, cidr)));
    const buildMs = process.cpuUsage(built).user / 1000;
    const asked = performance.now();
    const wanted = address('192.0.2.77');
    let hits = 0;
    for (let turn = 0; turn < 100_000; turn += 1) hits += table.find(wanted).length;
    const done = performance.now();
    expect(table.size).toBe(100_000);
    expect(hits % 100_000).toBe(0);
    console.log(
      `measure facts.cidrs100kBuildCpu ${buildMs.toFixed(0)}ms goal <=500ms ${buildMs <= 500 ? 'met' : 'short'}\n` +
        `measure facts.cidrLookup ${(((done - asked) * 1000) / 100_000).toFixed(2)}us goal <=10us ${(done - asked) / 100 <= 10 ? 'met' : 'short'}`,
    );
  });
});
