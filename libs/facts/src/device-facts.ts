// Device tags as the identity provider states them.

export type DeviceTag = 'compliant' | 'domainJoined';

const words: Readonly<Record<string, readonly DeviceTag[]>> = {
  compliant: ['compliant'],
  iscompliant: ['compliant'],
  domainjoined: ['domainJoined'],
  hybridazureadjoined: ['domainJoined'],
  hybridjoined: ['domainJoined'],
  // A managed device follows the organisation's rules as far as the IdP can tell.
  managed: ['compliant'],
  ismanaged: ['compliant'],
};

const known = (word: string): readonly DeviceTag[] => words[word.toLowerCase().replace(/[^a-z]/g, '')] ?? [];

const isTrue = (value: unknown) =>
  value === true || (typeof value === 'string' && /^(?:true|1|yes)$/i.test(value)) || value === 1;

const fromClaim = (claim: unknown): readonly DeviceTag[] => {
  if (typeof claim === 'string') return claim.split(/[,;\s]+/).flatMap(known);
  if (Array.isArray(claim)) return claim.flatMap((value) => (typeof value === 'string' ? known(value) : []));
  if (typeof claim !== 'object' || claim === null) return [];
  return Object.entries(claim).flatMap(([name, value]) => (isTrue(value) ? known(name) : []));
};

/**
 * Tags from the IdP's claims: the claim named by the catalogue (`device_tags`; a list, a string or `{managed: true}`),
 * and top-level booleans `compliant`, `domain_joined`, `managed`. Unknown words give nothing. `validClientCertificate`
 * is never taken from a claim: only a verified handshake gives it.
 */
export const deviceTagsFromClaims = (claims: Readonly<Record<string, unknown>>, claimName: string): DeviceTag[] => {
  const named = Object.hasOwn(claims, claimName) ? fromClaim(claims[claimName]) : [];
  const topLevel = Object.entries(claims).flatMap(([name, value]) => (isTrue(value) ? known(name) : []));
  return [...new Set([...named, ...topLevel])];
};
