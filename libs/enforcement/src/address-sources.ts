// Where facts about addresses come from: tables of countries and providers, a folder of lists.
import type { AddressSources } from '@gatehouse/facts/ip-facts';
import { noIpLists, readIpLists } from '@gatehouse/facts/ip-lists';
import type { Log } from '@gatehouse/service-kit/tokens';
import { watchFolder } from '@gatehouse/service-kit/watched-folder';
import { z } from 'zod';
import { openCountries, openProviders } from './ip-tables.ts';

/** Variables of every service that needs facts about addresses: the operator's files. */
export const addressSettings = {
  COUNTRY_TABLE: z.string().optional().describe('mmdb file of countries, instead of the DB-IP table installed'),
  PROVIDER_TABLE: z.string().optional().describe('mmdb file of autonomous systems, for ip.isp; none is installed'),
  IP_LISTS_DIR: z
    .string()
    .optional()
    .describe('folder of address lists, one file per built-in tag: tor.txt, botnet.txt'),
} as const;
export type AddressSettings = { readonly [name in keyof typeof addressSettings]?: string | undefined };

/** Opens the tables and reads the lists; lists are read again when they change, until `stop`. */
export async function openAddressSources(
  config: AddressSettings,
  log: Pick<Log, 'info' | 'warn'>,
): Promise<AddressSources & { stop(): void }> {
  const failed = (name: string) => (error: unknown) => log.warn({ err: error }, `${name} is not usable`);
  let lists = noIpLists;
  const watched =
    config.IP_LISTS_DIR === undefined
      ? undefined
      : await watchFolder(config.IP_LISTS_DIR, {
          onChange: ({ files, refused }) => {
            lists = readIpLists(files);
            log.info({ lists: lists.reports, refused: Object.fromEntries(refused) }, 'address lists read');
          },
          onError: failed('IP_LISTS_DIR'),
        });
  return {
    country: await openCountries(config.COUNTRY_TABLE, failed('COUNTRY_TABLE')),
    isp: await openProviders(config.PROVIDER_TABLE, failed('PROVIDER_TABLE')),
    tagsOf: (address) => lists.tagsOf(address),
    stop: () => watched?.stop(),
  };
}
