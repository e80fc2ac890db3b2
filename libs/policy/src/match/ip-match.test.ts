import { describe, expect, it } from 'vitest';
import { canonicalAddress, isAddress, isRange, parseAddress, rangeMatcher } from './ip-match.ts';

const holds = (range: string, address: string) => rangeMatcher(range)(parseAddress(address));

describe('addresses', () => {
  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    [' 10.0.0.1 ', '10.0.0.1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['10.1', '10.1'],
    ['010.0.0.1', '010.0.0.1'],
    ['0x0a.0.0.1', '0x0a.0.0.1'],
    ['host', 'host'],
  ])('%s is written %s', (text, canonical) => expect(canonicalAddress(text)).toBe(canonical));

  it.each(['10.0.0.0/8', '10.1', '1.2.3.4.5', '256.0.0.1', '2001:::1', '', 'host'])('%j is none', (text) =>
    expect(isAddress(text)).toBe(false),
  );

  it.each(['10.0.0.1', '2001:db8::1', '::'])('%s is one', (text) => expect(isAddress(text)).toBe(true));
});

describe('ranges', () => {
  it.each(['10.0.0.0/8', ' 10.0.0.1 ', '::/0', '2001:db8::/32', '::ffff:10.0.0.0/104', '10.0.0.0/32', '2001:db8::1'])(
    '%s is one',
    (text) => expect(isRange(text)).toBe(true),
  );

  it.each(['10.0.0.0/33', '10.0/8', '010.0.0.0/8', '2001:db8::/129', '10.0.0.0/', '/8', 'x/8', ''])(
    '%j is none, and holds nothing',
    (text) => {
      expect(isRange(text)).toBe(false);
      expect(holds(text, '10.0.0.1')).toBe(false);
    },
  );

  it.each<[string, string, boolean]>([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '10.1.1.1', true],
    ['::ffff:10.0.0.0/104', '11.1.1.1', false],
    ['::ffff:0:0/96', '203.0.113.9', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['::ffff:10.0.0.1', '10.0.0.2', false],
    ['::ffff:0:0/95', '203.0.113.9', false],
    ['::/0', '203.0.113.9', false],
    ['::/0', '2001:db8::1', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/33', '2001:db8:8000::', false],
    ['2001:db8::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['10.0.0.1', '10.0.0.2', false],
    ['10.0.0.0/8', 'host', false],
  ])('%s and %s: %s', (range, address, expected) => expect(holds(range, address)).toBe(expected));
});
