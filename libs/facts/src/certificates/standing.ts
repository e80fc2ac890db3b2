// Does a certificate that was good at sign-in still count? Looked at again with every request, without cryptography.
import type { DeviceAuthority, RevocationState, SessionCertificate } from '@gatehouse/contracts/device';
import type { CertificateReason } from '@gatehouse/contracts/reason';

export type Lost = { readonly reason: CertificateReason; readonly detail: string };

type Authorities = ReadonlyMap<string, Pick<DeviceAuthority, 'crlUrl' | 'requireRevocationCheck' | 'enabled'>>;
/** What is known of revocation, by SHA-256 of the authority's certificate. */
export type Revocations = ReadonlyMap<string, Pick<RevocationState, 'list'>>;

/**
 * Why a session's certificate no longer counts, or undefined while it does. Authorities are by SHA-256 of their
 * certificate, so one whose certificate was replaced is another one. `now` in milliseconds since the epoch.
 */
export function standingOf(
  certificate: SessionCertificate,
  authorities: Authorities,
  revocations: Revocations,
  now: number,
): Lost | undefined {
  if (now > Date.parse(certificate.notAfter)) return { reason: 'CERT_EXPIRED', detail: 'it has expired' };
  const known = certificate.issued.some(({ authority }) => authorities.get(authority)?.enabled === true);
  if (!known) return { reason: 'CERT_UNTRUSTED', detail: 'its authority is no longer known here' };
  return revocationOf(certificate, authorities, revocations, now);
}

/**
 * Revocation along the whole chain. A listed serial counts however old the list is. Where an authority requires the
 * check, every certificate at or below it needs a list of its own issuer that is current.
 */
export function revocationOf(
  { issued }: Pick<SessionCertificate, 'issued'>,
  authorities: Authorities,
  revocations: Revocations,
  now: number,
): Lost | undefined {
  for (const { authority, serial } of issued) {
    if (revokedBy(revocations.get(authority)).has(serial))
      return { reason: 'CERT_REVOKED', detail: 'its authority has revoked it' };
  }
  const required = issued.findLastIndex(({ authority }) => authorities.get(authority)?.requireRevocationCheck);
  for (const { authority } of issued.slice(0, required + 1)) {
    if (!authorities.get(authority)?.crlUrl)
      return {
        reason: 'CERT_NO_CRL',
        detail: 'its issuer has no revocation list configured, and the check is required',
      };
    const list = revocations.get(authority)?.list;
    if (!list || Date.parse(list.nextUpdate) <= now)
      return { reason: 'CERT_CRL_UNAVAILABLE', detail: 'there is no current revocation list of its issuer' };
  }
  return undefined;
}

const sets = new WeakMap<object, ReadonlySet<string>>();
const nothing: ReadonlySet<string> = new Set();

/** The serials as a set, made once per list: lists are replaced, never changed. */
function revokedBy(state: Pick<RevocationState, 'list'> | undefined): ReadonlySet<string> {
  if (!state?.list) return nothing;
  const made = sets.get(state.list) ?? new Set(state.list.revoked);
  sets.set(state.list, made);
  return made;
}
