import { describe, expect, it } from 'vitest';
import { clientAddress } from './client-address.ts';
import { deviceTagsFromClaims } from './device-facts.ts';
import { inRanges, normalAddress } from './ip-address.ts';
import { createIpFacts } from './ip-facts.ts';

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

describe('what stands behind the ranges', () => {
  const behind = createIpFacts(
    [
      range('office', ['198.51.100.0/24'], 'corporate', { tags: ['hq'], isp: 'own', country: 'CH' }),
      range('plain', ['203.0.113.0/24'], 'other'),
      range('inner', ['10.0.0.0/8'], 'corporate', { tags: ['lan'] }),
    ],
    {
      country: (ip) => ({ '8.8.8.8': 'us', '9.9.9.9': 'ZZ', '2002:808:808::1': '--' })[ip] ?? undefined,
      isp: (ip) => (ip === '8.8.8.8' || ip === '203.0.113.1' ? 'Example Net' : undefined),
      tagsOf: (address) =>
        ['8.8.8.8', '198.51.100.1', '203.0.113.1', '10.0.0.5'].includes(address.toString()) ? ['tor'] : [],
    },
  );
  const absent = { ipCategory: undefined, isp: undefined, country: undefined, ipTags: [] };
  it.each([
    ['custom beats built-in', '198.51.100.1', { ipCategory: 'corporate', ipTags: ['hq'], isp: 'own', country: 'CH' }],
    [
      'what a range leaves empty is built in',
      '203.0.113.1',
      { ipTags: ['tor'], isp: 'Example Net', country: undefined },
    ],
    ['unknown is absent', '192.0.2.1', absent],
    ['ZZ is unknown', '9.9.9.9', absent],
    ['upper case', '8.8.8.8', { country: 'US', isp: 'Example Net', ipTags: ['tor'] }],
    ['NAT64 around a public address', '64:ff9b::808:808', { country: 'US', isp: 'Example Net', ipTags: ['tor'] }],
    ['6to4 around a public address', '2002:808:808::1', { country: 'US', ipTags: ['tor'] }],
    ['NAT64 never brings the trust of a range', '64:ff9b::c633:6401', { ...absent }],
    ['6to4 never brings the trust of a private range', '2002:a00:5::1', absent],
  ])('%s: %s', (_, ip, expected) => expect(behind(ip)).toMatchObject(expected));
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
