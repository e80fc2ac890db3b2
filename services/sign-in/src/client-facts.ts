// Facts about the browser's address and user agent, computed here because this is the PEP.
import type { Catalogue } from '@gatehouse/contracts/catalogue';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import { normalAddress } from '@gatehouse/facts/ip-address';
import { type AddressSources, createIpFacts, type IpFacts } from '@gatehouse/facts/ip-facts';
import { userAgentFacts } from '@gatehouse/facts/user-agent-facts';
import type { Request } from 'express';

/** The address the edge vouches for: it strips what clients send and writes its own x-forwarded-for. */
export function clientIp(request: Request): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return normalAddress(forwarded || (request.socket.remoteAddress ?? '')) ?? '0.0.0.0';
}

/** Address facts per catalogue: its ranges are sorted once, not at every visit. */
const factsByCatalogue = new WeakMap<Catalogue, (ip: string) => IpFacts>();

function factsOf(catalogue: Catalogue, sources: AddressSources): (ip: string) => IpFacts {
  const known = factsByCatalogue.get(catalogue) ?? createIpFacts(catalogue.ipRanges, sources);
  factsByCatalogue.set(catalogue, known);
  return known;
}

export function clientContext(
  request: Request,
  catalogue: Catalogue,
  sources: AddressSources,
  now: number,
): DecisionContext {
  const ip = clientIp(request);
  const facts = factsOf(catalogue, sources)(ip);
  const userAgent = request.headers['user-agent']?.slice(0, 1024);
  const agent = userAgentFacts(userAgent, {
    brands: text(request.headers['sec-ch-ua']),
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
