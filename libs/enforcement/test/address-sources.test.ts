import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIpFacts } from '@gatehouse/facts/ip-facts';
import { expect, test } from 'vitest';
import { openAddressSources } from '../src/address-sources.ts';

test('lists of the folder and the installed country table reach the facts; what cannot be read is logged, not fatal', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lists-'));
  const lines: string[] = [];
  const write = (...parts: unknown[]) => void lines.push(JSON.stringify(parts));
  const log = { info: write, warn: write } as unknown as Parameters<typeof openAddressSources>[1];
  await writeFile(join(folder, 'tor.txt'), '198.51.100.0/24\nnonsense\n');
  const settings = { COUNTRY_TABLE: undefined, PROVIDER_TABLE: join(folder, 'tor.txt'), IP_LISTS_DIR: folder };
  const sources = await openAddressSources(settings, log);
  const facts = createIpFacts([], sources);
  expect(facts('198.51.100.7').ipTags).toEqual(['tor']);
  expect(facts('8.8.8.8')).toEqual({ ipCategory: undefined, ipTags: [], isp: undefined, country: 'US' });
  expect(lines.some((line) => line.includes('"badLines":[2]'))).toBe(true);
  expect(lines.some((line) => line.includes('PROVIDER_TABLE is not usable'))).toBe(true);
  sources.stop();

  const lost = await openAddressSources(
    { COUNTRY_TABLE: '/none.mmdb', PROVIDER_TABLE: undefined, IP_LISTS_DIR: '/none' },
    log,
  );
  expect(createIpFacts([], lost)('8.8.8.8').country).toBeUndefined();
  lost.stop();
  await rm(folder, { recursive: true });
});
