// One certificate, reduced to what judging a device needs. Parsed strictly; what is not understood is said.
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509Certificate,
} from '@peculiar/x509';
import { DerError, derTag, elementsOf, expectTag, hex, hexNumber, onlyElement, timeOf } from './der.ts';
import { type Signed, signedParts } from './signature.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export type CertificateFacts = {
  readonly der: Bytes;
  /** SHA-256, hex. */
  readonly thumbprint: string;
  /** Names as hex of their DER, to be compared byte by byte. */
  readonly subject: string;
  readonly issuer: string;
  /** For people. */
  readonly subjectText: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: Bytes;
  readonly signed: Signed;
  readonly isAuthority: boolean;
  readonly pathLength: number | undefined;
  /** Key usage lets it sign certificates, revocation lists, handshakes; no such extension lets it do all. */
  readonly mayIssue: boolean;
  readonly mayRevoke: boolean;
  readonly maySign: boolean;
  /** Extended key usages; undefined: no such extension. */
  readonly purposes: readonly string[] | undefined;
  readonly emails: readonly string[];
  /** Critical extensions that we do not know. */
  readonly unknownCritical: readonly string[];
};

const mostBytes = 16_384;
const known = new Set(['2.5.29.19', '2.5.29.15', '2.5.29.37', '2.5.29.17', '2.5.29.14', '2.5.29.35']);

/** Reads a DER certificate; undefined for anything that is none, or that holds more than 16 KiB. Never throws. */
export async function readCertificate(bytes: Uint8Array): Promise<CertificateFacts | undefined> {
  if (bytes.length === 0 || bytes.length > mostBytes) return undefined;
  try {
    return await factsOf(Uint8Array.from(bytes));
  } catch {
    // The parser throws many kinds of errors; each means that this is no certificate for us.
    return undefined;
  }
}

async function factsOf(der: Bytes): Promise<CertificateFacts> {
  const certificate = new X509Certificate(der);
  const types = certificate.extensions.map(({ type }) => type);
  if (new Set(types).size !== types.length) throw new DerError('an extension stands twice');
  const basic = certificate.getExtension(BasicConstraintsExtension);
  const usages = certificate.getExtension(KeyUsagesExtension)?.usages;
  const may = (flag: KeyUsageFlags) => usages === undefined || (usages & flag) !== 0;
  const signed = signedParts(der);
  return {
    der,
    thumbprint: hex(new Uint8Array(await crypto.subtle.digest('SHA-256', der))),
    ...fieldsOf(signed),
    subjectText: certificate.subject,
    signed,
    isAuthority: basic?.ca === true,
    pathLength: basic?.pathLength,
    mayIssue: may(KeyUsageFlags.keyCertSign),
    mayRevoke: may(KeyUsageFlags.cRLSign),
    maySign: may(KeyUsageFlags.digitalSignature),
    purposes: certificate.getExtension(ExtendedKeyUsageExtension)?.usages.map(String),
    emails: emailsOf(certificate),
    unknownCritical: certificate.extensions
      .filter(({ critical, type }) => critical && !known.has(type))
      .map(({ type }) => type),
  };
}

/** The fields of TBSCertificate (RFC 5280 section 4.1) as they were signed. Version 3 only: older ones name no authority. */
function fieldsOf({ body, algorithm: outer }: Signed) {
  const [version, serial, algorithm, issuer, validity, subject, publicKey] = elementsOf(
    onlyElement(body, derTag.sequence).content,
  );
  if (hex(expectTag(version, 0xa0).content) !== '020102') throw new DerError('version');
  if (hex(expectTag(algorithm, derTag.sequence).whole) !== hex(outer)) throw new DerError('two algorithms');
  const [notBefore, notAfter] = elementsOf(expectTag(validity, derTag.sequence).content);
  return {
    serial: hexNumber(expectTag(serial, derTag.integer).content),
    issuer: hex(expectTag(issuer, derTag.sequence).whole),
    notBefore: timeOf(notBefore),
    notAfter: timeOf(notAfter),
    subject: hex(expectTag(subject, derTag.sequence).whole),
    publicKey: expectTag(publicKey, derTag.sequence).whole,
  };
}

function emailsOf(certificate: X509Certificate): string[] {
  const names = certificate.getExtension(SubjectAlternativeNameExtension)?.names.items ?? [];
  return names.filter(({ type }) => type === 'email').map(({ value }) => value.toLowerCase());
}

/** Whether an extended key usage lets the certificate, or those below it, identify clients. */
export function servesClients({ purposes }: CertificateFacts, whenSilent: boolean): boolean {
  return purposes === undefined ? whenSilent : purposes.includes(ExtendedKeyUsage.clientAuth);
}

/** DER of every certificate in a PEM text; undefined where a block cannot be decoded. */
export function certificatesInPem(pem: string): Uint8Array[] | undefined {
  const blocks = [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g)];
  try {
    return blocks.map(([, body = '']) =>
      Uint8Array.from(atob(body.replace(/\s/g, '')), (character) => character.charCodeAt(0)),
    );
  } catch {
    return undefined;
  }
}
