import { expect, test } from 'vitest';
import { openCountries, openProviders } from './ip-tables.ts';

const never = (error: unknown) => expect.unreachable(String(error));

test('the country table knows both kinds of addresses, and private ones have no country', async () => {
  const country = await openCountries(undefined, never);
  for (const address of ['193.0.6.139', '2001:67c:2e8:22::c100:68b']) expect(country(address)).toBe('NL');
  expect(country('10.1.2.3')).toBeUndefined();
});

test('a table that cannot be read is told, and nothing is known', async () => {
  const told: unknown[] = [];
  const country = await openCountries('/nowhere/country.mmdb', (error) => told.push(error));
  expect(country('193.0.6.139')).toBeUndefined();
  const isp = await openProviders('/nowhere/asn.mmdb', (error) => told.push(error));
  expect(isp('193.0.6.139')).toBeUndefined();
  expect(told).toHaveLength(2);
});
