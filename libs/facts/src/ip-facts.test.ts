import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';
import { deviceTagsFromClaims } from './device-facts.ts';
import { createIpFacts, inRanges, normalAddress } from './ip-facts.ts';

const range = (name: string, cidrs: string[], category: 'corporate' | 'vpn' | 'other', extra = {}) => ({
  id: name,
  name,
  cidrs,
  category,
  tags: [] as string[],
  ...extra,
});
const facts = createIpFacts(
  [
    range('office', ['10.1.0.0/16', '2001:db8:1::/48'], 'corporate', { tags: ['hq'], country: 'DE' }),
    range('all', ['10.0.0.0/8'], 'other', { tags: ['lan'], isp: 'own' }),
    range('guests', ['10.1.9.0/24', '::ffff:192.0.2.0/120'], 'vpn', { tags: ['guest'] }),
    range('broken', ['nonsense', '10.0.0.0/99'], 'vpn'),
  ],
  (ip) => (ip === '203.0.113.9' ? 'FR' : undefined),
);

describe('ip facts', () => {
  it.each([
    ['10.1.0.5', 'corporate', ['hq', 'lan'], 'DE'],
    ['::ffff:10.1.0.5', 'corporate', ['hq', 'lan'], 'DE'],
    ['::ffff:a01:5', 'corporate', ['hq', 'lan'], 'DE'],
    ['2001:db8:1::9', 'corporate', ['hq'], 'DE'],
    ['2001:db8:9::1', undefined, [], undefined],
    ['10.1.9.1', 'vpn', ['guest', 'hq', 'lan'], 'DE'],
    ['192.0.2.7', 'vpn', ['guest'], undefined],
    ['203.0.113.9', undefined, [], 'FR'],
    ['::ffff:203.0.113.9', undefined, [], 'FR'],
    ['nonsense', undefined, [], undefined],
    ['010.1.0.5', undefined, [], undefined],
  ])('%s', (ip, ipCategory, ipTags, country) => expect(facts(ip)).toMatchObject({ ipCategory, ipTags, country }));

  it('takes the ISP of the nearest range that names one', () => expect(facts('10.1.9.1').isp).toBe('own'));
  it('knows one spelling per address', () => {
    expect(normalAddress('2001:DB8:0:0::1')).toBe('2001:db8::1');
    expect(normalAddress('fe80::1%eth0')).toBe('fe80::1');
    expect(inRanges('10.0.0.1', ['::/0'])).toBe(false);
  });
});

describe('client address', () => {
  it.each([
    ['192.0.2.1', ['1.1.1.1'], undefined, '192.0.2.1'],
    ['::ffff:192.0.2.1', [], undefined, '192.0.2.1'],
    ['10.0.0.1', ['1.1.1.1, 203.0.113.9'], ['10.0.0.0/8'], '203.0.113.9'],
    ['10.0.0.1', ['1.1.1.1', '203.0.113.9, 10.0.0.2'], ['10.0.0.0/8'], '203.0.113.9'],
    ['10.0.0.1', ['203.0.113.9:443'], ['10.0.0.1'], '203.0.113.9'],
    ['10.0.0.1', ['[2001:db8::1]:443'], ['10.0.0.1'], '2001:db8::1'],
    ['10.0.0.1', ['1.1.1.1, unknown'], ['10.0.0.0/8'], '10.0.0.1'],
    ['10.0.0.1', [], ['10.0.0.0/8'], '10.0.0.1'],
    ['192.0.2.1', ['1.1.1.1'], ['10.0.0.0/8'], '192.0.2.1'],
  ])('%s %j trusting %j', (socket, forwarded, trusted, address) =>
    expect(clientAddress(socket, forwarded, trusted)).toBe(address),
  );
});

describe('device tags from claims', () => {
  it.each<[Record<string, unknown>, string[]]>([
    [{ device_tags: ['compliant', 'domainJoined'] }, ['compliant', 'domainJoined']],
    [{ device_tags: 'compliant domain_joined' }, ['compliant', 'domainJoined']],
    [{ device_tags: { managed: true, domainJoined: false } }, ['compliant']],
    [{ managed: true }, ['compliant']],
    [{ compliant: 'true', domain_joined: false }, ['compliant']],
    [{ device_tags: ['validClientCertificate', 'other', 7] }, []],
    [{ managed: 'no' }, []],
    [{}, []],
  ])('%j', (claims, tags) => expect(deviceTagsFromClaims(claims, 'device_tags')).toEqual(tags));
});
