// Is this a managed device? The certificate it presented against the authorities we know. TLS has no say in it.
import type { DeviceAuthority, RevocationState, SessionCertificate } from '@gatehouse/contracts/device';
import type { CertificateReason } from '@gatehouse/contracts/reason';
import { type CertificateFacts, readCertificate, servesClients } from './certificate.ts';
import { isSignedBy } from './signature.ts';
import { revocationOf } from './standing.ts';

/** An authority of the catalogue with its certificate read. */
export type KnownAuthority = { readonly settings: DeviceAuthority; readonly certificate: CertificateFacts };

export type DeviceJudgement =
  | { readonly type: 'valid'; readonly certificate: SessionCertificate; readonly authority: string }
  /** Nothing was presented. */
  | { readonly type: 'none' }
  /** `detail` is one clause for people. */
  | { readonly type: 'refused'; readonly reason: CertificateReason; readonly detail: string };

export type JudgeOptions = {
  readonly authorities: readonly KnownAuthority[];
  /** Lists by SHA-256 of the authority's certificate. */
  readonly revocations: ReadonlyMap<string, RevocationState>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Who signs in; undefined: nobody in particular, then authorities that bind names are not asked for it. */
  readonly user: string | undefined;
};

const mostPresented = 8;
const deepestChain = 6;
/** Every candidate costs one signature check: an attacker's pile of look-alikes must not cost more than this. */
const mostChecks = 24;

/** A step of the chain: a certificate and who issued it; `known` where that is one of our authorities. */
type Link = {
  readonly certificate: CertificateFacts;
  readonly issuer: CertificateFacts;
  readonly known: KnownAuthority | undefined;
};

/**
 * Judges the certificates a browser presented (DER, its own first, then whatever else it sent). Checks chain, basic
 * constraints, path length, key usage, extended key usage, dates and revocation (RFC 5280 section 6); reasons are those
 * of SPEC section 9. Whatever cannot be understood is CERT_UNTRUSTED. Never throws.
 */
export async function judgeDevice(presented: readonly Uint8Array[], options: JudgeOptions): Promise<DeviceJudgement> {
  if (presented.length === 0) return { type: 'none' };
  const [leaf, ...others] = await Promise.all(presented.slice(0, mostPresented).map(readCertificate));
  if (!leaf) return untrusted('it cannot be read as a certificate');
  const unfit = unfitLeaf(leaf);
  if (unfit) return untrusted(unfit);
  const chain = await findChain(
    leaf,
    options.authorities,
    others.filter((other) => other !== undefined),
  );
  if (!chain) return untrusted('no authority known here has issued it');
  return judgeChain(chain, options);
}

function judgeChain(chain: readonly Link[], options: JudgeOptions): DeviceJudgement {
  const broken = brokenConstraint(chain);
  if (broken) return untrusted(broken);
  const dated = wrongDate(chain, options.now);
  if (dated) return dated;
  const [first] = chain;
  const authority = chain.find(({ known }) => known)?.known;
  if (!first || !authority) return untrusted('no authority known here has issued it');
  const leaf = first.certificate;
  const named = options.user === undefined || leaf.emails.includes(options.user.toLowerCase());
  if (authority.settings.requireUserName && !named) return untrusted('it names another user');
  const certificate: SessionCertificate = {
    issuer: leaf.issuer,
    serial: leaf.serial,
    thumbprint: leaf.thumbprint,
    notAfter: new Date(leaf.notAfter).toISOString(),
    issued: chain.map((link) => ({
      authority: link.known?.certificate.thumbprint ?? '',
      serial: link.certificate.serial,
    })),
  };
  const revocation = revocationOf(
    certificate,
    standingAuthorities(options.authorities),
    options.revocations,
    options.now,
  );
  if (revocation) return { type: 'refused', ...revocation };
  return { type: 'valid', certificate, authority: authority.settings.name };
}

/** Authorities by the SHA-256 of their certificates, as {@link revocationOf} wants them. */
export function standingAuthorities(authorities: readonly KnownAuthority[]): ReadonlyMap<string, DeviceAuthority> {
  return new Map(authorities.map(({ certificate, settings }) => [certificate.thumbprint, settings]));
}

function untrusted(detail: string): DeviceJudgement {
  return { type: 'refused', reason: 'CERT_UNTRUSTED', detail };
}

function unfitLeaf(leaf: CertificateFacts): string | undefined {
  if (leaf.isAuthority) return 'it is the certificate of an authority, not of a device';
  if (!leaf.maySign) return 'its key usage does not allow signing in';
  if (!servesClients(leaf, false)) return 'its extended key usage is not client authentication';
  return understood(leaf);
}

function understood({ unknownCritical }: CertificateFacts): string | undefined {
  return unknownCritical.length > 0 ? `its critical extension ${unknownCritical[0]} is not understood` : undefined;
}

/**
 * The chain from the leaf as far up as authorities are known. What the browser sent along may only fill the gap below
 * the first known authority: it is never trusted by itself.
 */
async function findChain(
  leaf: CertificateFacts,
  authorities: readonly KnownAuthority[],
  sent: readonly CertificateFacts[],
): Promise<readonly Link[] | undefined> {
  let checks = 0;
  const issued = async (issuer: CertificateFacts, certificate: CertificateFacts) => {
    if (issuer.subject !== certificate.issuer || checks >= mostChecks) return false;
    checks += 1;
    return isSignedBy(certificate.signed, issuer.publicKey);
  };
  const climb = async (certificate: CertificateFacts, links: readonly Link[]): Promise<readonly Link[] | undefined> => {
    const trusted = links.some(({ known }) => known);
    const seen = (other: CertificateFacts) => [leaf, ...links.map(({ issuer }) => issuer)].includes(other);
    if (links.length >= deepestChain) return undefined;
    for (const known of authorities) {
      if (!seen(known.certificate) && (await issued(known.certificate, certificate)))
        return climb(known.certificate, [...links, { certificate, issuer: known.certificate, known }]);
    }
    if (trusted) return links;
    for (const issuer of sent) {
      if (seen(issuer) || !(await issued(issuer, certificate))) continue;
      const found = await climb(issuer, [...links, { certificate, issuer, known: undefined }]);
      if (found) return found;
    }
    return undefined;
  };
  return climb(leaf, []);
}

function brokenConstraint(chain: readonly Link[]): string | undefined {
  for (const [below, { issuer }] of chain.entries()) {
    if (!issuer.isAuthority) return 'one of its issuers is no authority';
    if (!issuer.mayIssue) return 'one of its issuers may not sign certificates';
    // `below` intermediate authorities lie between this issuer and the leaf.
    if (issuer.pathLength !== undefined && below > issuer.pathLength)
      return 'its chain is longer than an issuer allows';
    if (!servesClients(issuer, true)) return 'one of its issuers is not meant for client authentication';
    const odd = understood(issuer);
    if (odd) return odd;
  }
  return undefined;
}

function wrongDate(chain: readonly Link[], now: number): DeviceJudgement | undefined {
  const all = [chain[0]?.certificate, ...chain.map(({ issuer }) => issuer)].filter((one) => one !== undefined);
  for (const [at, { notBefore, notAfter }] of all.entries()) {
    const whose = at === 0 ? 'it' : 'one of its issuers';
    if (now > notAfter)
      return { type: 'refused', reason: 'CERT_EXPIRED', detail: `${whose} expired on ${day(notAfter)}` };
    if (now < notBefore)
      return { type: 'refused', reason: 'CERT_NOT_YET_VALID', detail: `${whose} is valid from ${day(notBefore)}` };
  }
  return undefined;
}

const day = (time: number) => new Date(time).toISOString().slice(0, 10);
