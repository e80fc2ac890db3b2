// Facts about the browser's address and user agent, computed by the PEP because it is the one who sees them.
import type { IpRange } from '@gatehouse/contracts/catalogue';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import { type AddressSources, createIpFacts, type IpFacts } from '@gatehouse/facts/ip-facts';
import { type ClientHints, type UserAgentFacts, userAgentFacts } from '@gatehouse/facts/user-agent-facts';

/** One request as its PEP sees it. `header` gives a field by its lower-case name, undefined unless it came once. */
export type Client = {
  readonly ip: string;
  readonly header: (name: string) => string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type ClientFacts = (client: Client) => DecisionContext;

/** The context of decisions by one state of the IP ranges: make it once per catalogue, call it once per request. */
export function createClientFacts(ranges: readonly IpRange[], sources: AddressSources): ClientFacts {
  const factsOf = createIpFacts(ranges, sources);
  return ({ ip, header, now }) => {
    const userAgent = header('user-agent')?.slice(0, 1024);
    return {
      time: new Date(now).toISOString(),
      ip,
      ...present(factsOf(ip)),
      ...(userAgent ? { userAgent } : {}),
      ...agentFacts(userAgent, hintsOf(header)),
    };
  };
}

const present = ({ ipCategory, ipTags, isp, country }: IpFacts) => ({
  ...(ipCategory ? { ipCategory } : {}),
  ipTags: [...ipTags],
  ...(isp ? { isp } : {}),
  ...(country ? { country } : {}),
});

const hintsOf = (header: Client['header']): ClientHints => ({
  brands: header('sec-ch-ua')?.slice(0, 1024),
  mobile: header('sec-ch-ua-mobile')?.slice(0, 64),
  platform: header('sec-ch-ua-platform')?.slice(0, 64),
  platformVersion: header('sec-ch-ua-platform-version')?.slice(0, 64),
});

const knownAgents = new Map<string, UserAgentFacts>();
const mostAgents = 2_000;

/** Parsing takes longer than the rest of a small request, and an office has few kinds of browsers. */
function agentFacts(userAgent: string | undefined, hints: ClientHints): UserAgentFacts {
  const key = JSON.stringify([userAgent ?? null, hints.brands, hints.mobile, hints.platform, hints.platformVersion]);
  const known = knownAgents.get(key);
  if (known) return known;
  const facts = userAgentFacts(userAgent, hints);
  // The oldest goes, so that a client with ever new names does not throw out everybody else's at once.
  const [oldest] = knownAgents.size >= mostAgents ? knownAgents.keys() : [];
  if (oldest !== undefined) knownAgents.delete(oldest);
  knownAgents.set(key, facts);
  return facts;
}
