import { ipRangeSchema } from '@gatehouse/contracts/catalogue';
import { expect, test } from 'vitest';
import { createClientFacts } from './client-facts.ts';

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';
const now = Date.parse('2026-11-01T10:00:00.000Z');
const office = ipRangeSchema.parse({
  id: 'o',
  name: 'Office',
  cidrs: ['10.1.0.0/16'],
  category: 'corporate',
  tags: ['hq'],
});
const read = (ip: string, headers: Record<string, string>, ranges = [office]) =>
  createClientFacts(ranges, { country: () => 'DE' })({ ip, header: (name) => headers[name], now });

test('ranges, country and user agent make the context', () => {
  expect(read('10.1.2.3', { 'user-agent': chrome })).toEqual({
    time: '2026-11-01T10:00:00.000Z',
    ip: '10.1.2.3',
    ipCategory: 'corporate',
    ipTags: ['hq'],
    country: 'DE',
    userAgent: chrome,
    userAgentTags: [],
    deviceType: 'pc',
    clientApp: 'browser',
  });
});

test('what is not known is absent', () => {
  const context = createClientFacts([], { country: () => undefined })({ ip: '10.1.2.3', header: () => undefined, now });
  expect(Object.keys(context).sort()).toEqual(['clientApp', 'deviceType', 'ip', 'ipTags', 'time', 'userAgentTags']);
  expect(context).toMatchObject({ clientApp: 'mobileDesktop', userAgentTags: ['nativeClient'] });
});

test('a remembered user agent is not mistaken for one with other hints', () => {
  const agent = { 'user-agent': chrome };
  expect(read('10.1.2.3', agent).userAgentTags).toEqual([]);
  expect(read('10.1.2.3', { ...agent, 'sec-ch-ua-platform-version': '"0.1.0"' }).userAgentTags).toEqual([
    'outdatedOperatingSystem',
  ]);
  expect(read('10.1.2.3', agent).userAgentTags).toEqual([]);
});

test('a client with ever new names costs memory for the last two thousand only, and none of their facts', () => {
  for (let each = 0; each < 4_000; each += 1) read('10.1.2.3', { 'user-agent': `curl/${each} ${'x'.repeat(4_000)}` });
  expect(read('10.1.2.3', { 'user-agent': chrome }).clientApp).toBe('browser');
  expect(read('10.1.2.3', { 'user-agent': `curl/1 ${'x'.repeat(4_000)}` }).userAgent).toHaveLength(1024);
});
