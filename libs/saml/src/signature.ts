// XML Signature in the one shape that SAML uses (core section 5.4): enveloped, one reference to the parent, exclusive c14n.
import { DOMParser } from '@xmldom/xmldom';
import { SignedXml } from 'xml-crypto';
import { enveloped, exclusiveC14n, rsaSha256, rsaSha512, sha256, sha512, signatureNs } from './names.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  descendantsOf,
  requireAttribute,
  requireChild,
  textOf,
  type XmlElement,
  XmlError,
} from './xml.ts';

const signatureMethods = [rsaSha256, rsaSha512];
const digestMethods = [sha256, sha512];
const base64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/;

/** Refuses a document in which one id names two elements, in whatever spelling libraries look ids up. */
export function requireUniqueIds(root: XmlElement): void {
  const seen = new Set<string>();
  for (const element of descendantsOf(root)) {
    for (const { local, value } of element.attributes) {
      if (!/^id$/i.test(local)) continue;
      if (seen.has(value)) throw new XmlError(element.local, 'an ID is used twice');
      seen.add(value);
    }
  }
}

/**
 * The canonical bytes, as text, that one of the pinned keys signed for this element; everything else in the document is
 * untrusted. `keys` are PEM certificates or public keys. Throws {@link XmlError} unless `parent` carries exactly one
 * signature of the accepted shape by one of them.
 */
export function signedBytes(xml: string, parent: XmlElement, keys: readonly string[]): string {
  const signature = requireChild(parent, signatureNs, 'Signature');
  requireShape(signature, requireAttribute(parent, 'ID'));
  const value = textOf(requireChild(signature, signatureNs, 'SignatureValue')).replaceAll(/\s/g, '');
  for (const key of keys) {
    const bytes = verify(xml, value, key);
    if (bytes !== undefined) return bytes;
  }
  throw new XmlError('Signature', 'the signature is not by a key of this party');
}

function requireShape(signature: XmlElement, id: string): void {
  for (const child of childrenOf(signature)) {
    const known = ['SignedInfo', 'SignatureValue', 'KeyInfo'].includes(child.local) && child.namespace === signatureNs;
    if (!known) throw new XmlError('Signature', `Signature must not hold ${child.local}`);
  }
  childOf(signature, signatureNs, 'KeyInfo');
  const info = requireChild(signature, signatureNs, 'SignedInfo');
  requireOnly(info, ['CanonicalizationMethod', 'SignatureMethod', 'Reference']);
  requireAlgorithm(info, 'CanonicalizationMethod', [exclusiveC14n]);
  requireAlgorithm(info, 'SignatureMethod', signatureMethods);
  const reference = requireChild(info, signatureNs, 'Reference');
  requireOnly(reference, ['Transforms', 'DigestMethod', 'DigestValue']);
  if (attributeOf(reference, 'URI') !== `#${id}` || !/^[A-Za-z_][\w.-]*$/.test(id))
    throw new XmlError('Reference', 'the signature refers to another element than its parent');
  requireAlgorithm(reference, 'DigestMethod', digestMethods);
  const transforms = childrenOf(requireChild(reference, signatureNs, 'Transforms'));
  const names = transforms.map((each) => (each.local === 'Transform' ? attributeOf(each, 'Algorithm') : undefined));
  if (names.length !== 2 || names[0] !== enveloped || names[1] !== exclusiveC14n)
    throw new XmlError('Transforms', 'only the enveloped and exclusive c14n transforms are accepted');
  for (const [name, holder] of [
    ['DigestValue', reference],
    ['SignatureValue', signature],
  ] as const)
    if (!base64.test(textOf(requireChild(holder, signatureNs, name)))) throw new XmlError(name, `${name} is no base64`);
}

function requireOnly(element: XmlElement, names: readonly string[]): void {
  for (const child of childrenOf(element))
    if (!names.includes(child.local) || child.namespace !== signatureNs)
      throw new XmlError(element.local, `${element.local} must not hold ${child.local}`);
}

function requireAlgorithm(parent: XmlElement, name: string, accepted: readonly string[]): void {
  const algorithm = requireAttribute(requireChild(parent, signatureNs, name), 'Algorithm');
  if (!accepted.includes(algorithm)) throw new XmlError(name, `${algorithm.slice(0, 80)} is not accepted`);
}

/** Finds our signature again by its value: document order would let a second one take its place. */
function verify(xml: string, value: string, key: string): string | undefined {
  const check = new SignedXml({ publicCert: key, getCertFromKeyInfo: () => null });
  const document = new DOMParser({ errorHandler: () => undefined }).parseFromString(xml, 'text/xml');
  const all = Array.from(document.getElementsByTagNameNS(signatureNs, 'Signature'));
  const found = all.filter((node) => signatureValueOf(node) === value);
  if (found.length !== 1 || !found[0]) return undefined;
  try {
    check.loadSignature(found[0] as unknown as Node);
    if (!check.checkSignature(xml)) return undefined;
  } catch {
    return undefined;
  }
  const signed = check.getSignedReferences();
  return signed.length === 1 ? signed[0] : undefined;
}

function signatureValueOf(signature: {
  getElementsByTagNameNS: Element['getElementsByTagNameNS'];
}): string | undefined {
  return signature.getElementsByTagNameNS(signatureNs, 'SignatureValue')[0]?.textContent?.replaceAll(/\s/g, '');
}

export type SigningKey = { readonly privateKey: string; readonly certificate: string };

/** Signs the element with this ID (RSA-SHA256); the signature goes right behind its Issuer, as the schema wants. */
export function signXml(xml: string, id: string, key: SigningKey): string {
  const signer = new SignedXml({
    privateKey: key.privateKey,
    publicCert: key.certificate,
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusiveC14n,
  });
  const element = `//*[@ID='${id}']`;
  signer.addReference({ xpath: element, transforms: [enveloped, exclusiveC14n], digestAlgorithm: sha256 });
  signer.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: `${element}/*[local-name(.)='Issuer']`, action: 'after' },
  });
  return signer.getSignedXml();
}
