import { describe, expect, it } from 'vitest';
import { type Address, parseAddress } from './ip-address.ts';
import { readIpLists } from './ip-lists.ts';

const lists = (files: Record<string, string>) => readIpLists(new Map(Object.entries(files)));
const tags = (files: Record<string, string>, ip: string) => lists(files).tagsOf(parseAddress(ip) as Address);

describe('ip lists', () => {
  const files = {
    'tor.txt': '# exit nodes\r\n192.0.2.1\r\n2001:db8::/32 ; a remark\n\n',
    'anonymousproxy.netset': '192.0.2.0/24\n198.51.100.7/32 # one',
    'readme.md': 'not a list',
  };
  it.each([
    ['192.0.2.1', ['tor', 'anonymousProxy']],
    ['192.0.2.2', ['anonymousProxy']],
    ['::ffff:192.0.2.2', ['anonymousProxy']],
    ['2001:db8:1::1', ['tor']],
    ['203.0.113.1', []],
  ])('%s', (ip, expected) => expect(tags(files, ip)).toEqual(expected));

  it('says what it did not read', () => {
    const { reports } = lists({ ...files, 'botnet.txt': 'x\n10.0.0.0/33\n10.9.9.9\n1.2.3' });
    expect(reports.find(({ file }) => file === 'readme.md')?.refused).toContain('tor');
    expect(reports.find(({ file }) => file === 'botnet.txt')).toEqual({
      file: 'botnet.txt',
      ranges: 1,
      badLines: [1, 2, 4],
      badCount: 3,
    });
  });

  it('does not let a slip tag the whole world', () => {
    const world = { 'botnet.txt': '0.0.0.0/0\n::/0\n10.0.0.0/7\n203.0.113.0/24' };
    expect(tags(world, '192.0.2.1')).toEqual([]);
    expect(tags(world, '2001:db8::1')).toEqual([]);
    expect(tags(world, '203.0.113.9')).toEqual(['botnet']);
  });
});
