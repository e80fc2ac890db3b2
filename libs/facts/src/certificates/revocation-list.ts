// A certificate revocation list (RFC 5280 section 5): whole, direct, signed by the authority itself, or it is nothing.
import type { RevocationProblem } from '@gatehouse/contracts/device';
import type { CertificateFacts } from './certificate.ts';
import {
  DerError,
  derTag,
  type Element,
  elementsOf,
  expectTag,
  hex,
  hexNumber,
  objectIdentifier,
  timeOf,
} from './der.ts';
import { isSignedBy, signedParts } from './signature.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export type RevocationList = {
  readonly thisUpdate: number;
  readonly nextUpdate: number;
  /** Serials in hex, as {@link hexNumber} writes them. */
  readonly revoked: readonly string[];
};

export type RevocationReading =
  | { readonly type: 'list'; readonly list: RevocationList }
  | { readonly type: 'refused'; readonly problem: Exclude<RevocationProblem, 'unreachable' | 'tooLarge' | 'older'> };

/** Clocks of authority and house may differ by this much. */
const skewMs = 5 * 60_000;
/** Authority key identifier and CRL number say nothing that we do not check otherwise; all other critical ones are refused. */
const understood = new Set(['2.5.29.35', '2.5.29.20']);
/** Delta and partitioned lists are not whole, even where nobody marked them critical. */
const partial = new Set(['2.5.29.27', '2.5.29.28']);

/**
 * Reads and checks a list in DER or PEM: issuer, signature of `authority`, thisUpdate, nextUpdate. `now` in
 * milliseconds since the epoch. Never throws.
 */
export async function readRevocationList(
  bytes: Uint8Array,
  authority: CertificateFacts,
  now: number,
): Promise<RevocationReading> {
  let parsed: ReturnType<typeof parse>;
  let signed: ReturnType<typeof signedParts>;
  try {
    const der = derOf(bytes);
    signed = signedParts(der);
    parsed = parse(signed.body, signed.algorithm);
  } catch (error) {
    if (error instanceof DerError) return { type: 'refused', problem: 'malformed' };
    throw error;
  }
  if (parsed.issuer !== authority.subject) return { type: 'refused', problem: 'wrongIssuer' };
  if (!authority.mayRevoke || !(await isSignedBy(signed, authority.publicKey)))
    return { type: 'refused', problem: 'badSignature' };
  const { thisUpdate, nextUpdate, revoked } = parsed;
  if (thisUpdate > now + skewMs) return { type: 'refused', problem: 'notYetValid' };
  if (nextUpdate <= now) return { type: 'refused', problem: 'expired' };
  return { type: 'list', list: { thisUpdate, nextUpdate, revoked } };
}

function derOf(bytes: Uint8Array): Bytes {
  const own = Uint8Array.from(bytes);
  if (own[0] === derTag.sequence) return own;
  const pem = /-----BEGIN X509 CRL-----([\sA-Za-z0-9+/=]+)-----END X509 CRL-----/.exec(
    new TextDecoder('latin1').decode(own),
  );
  if (!pem?.[1]) throw new DerError('neither DER nor PEM');
  return Uint8Array.from(atob(pem[1].replace(/\s/g, '')), (character) => character.charCodeAt(0));
}

function parse(body: Bytes, outerAlgorithm: Bytes) {
  const fields = [...elementsOf(expectTag(firstOf(body), derTag.sequence).content)];
  // Version 2 is written as 1; version 1 has no field for it and no extensions.
  if (fields[0]?.tag === derTag.integer && hexNumber(fields.shift()!.content) !== '1') throw new DerError('version');
  const [algorithm, issuer, thisUpdate, nextUpdate, ...rest] = fields;
  if (!algorithm || hex(algorithm.whole) !== hex(outerAlgorithm)) throw new DerError('two algorithms');
  const entries = rest[0]?.tag === derTag.sequence ? rest.shift() : undefined;
  const extensions = rest.shift();
  if (rest.length > 0 || (extensions && extensions.tag !== 0xa0)) throw new DerError('unexpected field');
  if (extensions) checkExtensions(extensions);
  return {
    issuer: hex(expectTag(issuer, derTag.sequence).whole),
    thisUpdate: timeOf(thisUpdate),
    nextUpdate: timeOf(nextUpdate),
    revoked: entries ? [...elementsOf(entries.content)].map(serialOf) : [],
  };
}

function firstOf(bytes: Bytes): Element | undefined {
  return elementsOf(bytes).next().value || undefined;
}

function serialOf(entry: Element): string {
  const [serial, , extensions] = elementsOf(expectTag(entry, derTag.sequence).content);
  if (extensions)
    for (const { critical } of extensionsIn(extensions.content)) if (critical) throw new DerError('entry');
  return hexNumber(expectTag(serial, derTag.integer).content);
}

function checkExtensions(tagged: Element): void {
  for (const { id, critical } of extensionsIn(expectTag(firstOf(tagged.content), derTag.sequence).content)) {
    if (partial.has(id) || (critical && !understood.has(id))) throw new DerError(`extension ${id}`);
  }
}

function* extensionsIn(content: Bytes): Generator<{ readonly id: string; readonly critical: boolean }> {
  for (const extension of elementsOf(content)) {
    const [id, critical] = elementsOf(expectTag(extension, derTag.sequence).content);
    yield {
      id: objectIdentifier(expectTag(id, derTag.objectIdentifier).content),
      critical: critical?.tag === derTag.boolean && critical.content[0] !== 0,
    };
  }
}
