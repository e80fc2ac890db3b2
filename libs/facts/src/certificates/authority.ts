// The authorities of the catalogue with their certificates read, and what an administrator may upload as one.
import type { DeviceAuthority } from '@gatehouse/contracts/device';
import { type CertificateFacts, certificatesInPem, readCertificate } from './certificate.ts';
import type { KnownAuthority } from './judge.ts';

export type AuthorityReading =
  | { readonly type: 'authority'; readonly certificate: CertificateFacts }
  /** `problem` says which check failed, as a clause after the field's name. */
  | { readonly type: 'refused'; readonly problem: string };

/**
 * Checks an uploaded PEM (SPEC section 12): exactly one certificate, of an authority, not expired, and no private key,
 * wherever it stands in the text. `now` in milliseconds since the epoch. The text never becomes part of the answer.
 */
export async function readAuthority(pem: string, now: number): Promise<AuthorityReading> {
  if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem))
    return { type: 'refused', problem: 'contains a private key: upload the certificate alone; nothing was stored' };
  const found = certificatesInPem(pem);
  if (!found || found.length === 0) return { type: 'refused', problem: 'must be a certificate in PEM' };
  if (found.length > 1) return { type: 'refused', problem: 'holds several certificates: add each authority by itself' };
  const certificate = await readCertificate(found[0]!);
  if (!certificate) return { type: 'refused', problem: 'cannot be read as an X.509 version 3 certificate' };
  if (!certificate.isAuthority || !certificate.mayIssue)
    return { type: 'refused', problem: 'is not the certificate of an authority (basic constraints, key usage)' };
  if (certificate.notAfter < now)
    return { type: 'refused', problem: `expired on ${new Date(certificate.notAfter).toISOString().slice(0, 10)}` };
  return { type: 'authority', certificate };
}

/** The enabled authorities whose certificate can be read; one that cannot be vouches for nobody. */
export async function knownAuthorities(authorities: readonly DeviceAuthority[]): Promise<readonly KnownAuthority[]> {
  const read = await Promise.all(
    authorities.map(async (settings) => {
      const [der] = certificatesInPem(settings.certificate) ?? [];
      const certificate = settings.enabled && der ? await readCertificate(der) : undefined;
      return certificate ? { settings, certificate } : undefined;
    }),
  );
  return read.filter((one) => one !== undefined);
}
