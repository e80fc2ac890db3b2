// Facts about the browser's address and user agent, computed here because the edge is the PEP.
import { field, type HeaderFields } from '@gatehouse/activity/request-kind';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import type { IpFacts } from '@gatehouse/facts/ip-facts';
import { type UserAgentFacts, userAgentFacts } from '@gatehouse/facts/user-agent-facts';

/** The context of a decision for one request. */
export function clientContext(ip: string, facts: IpFacts, headers: HeaderFields, now: number): DecisionContext {
  const userAgent = field(headers, 'user-agent')?.slice(0, 1024);
  const agent = agentFacts(userAgent, headers);
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

const knownAgents = new Map<string, UserAgentFacts>();
const mostAgents = 2_000;

/** Parsing takes longer than the rest of a small request, and an office has few kinds of browsers. */
function agentFacts(userAgent: string | undefined, headers: HeaderFields): UserAgentFacts {
  const hints = {
    brands: field(headers, 'sec-ch-ua')?.slice(0, 512),
    mobile: field(headers, 'sec-ch-ua-mobile')?.slice(0, 64),
    platform: field(headers, 'sec-ch-ua-platform')?.slice(0, 64),
    platformVersion: field(headers, 'sec-ch-ua-platform-version')?.slice(0, 64),
  };
  const key = JSON.stringify([userAgent ?? null, hints]);
  const known = knownAgents.get(key);
  if (known) return known;
  if (knownAgents.size >= mostAgents) knownAgents.clear();
  const facts = userAgentFacts(userAgent, hints);
  knownAgents.set(key, facts);
  return facts;
}
