// What other parties ask of us: sign-on by an app, logout by an identity provider or an app.
import { assertionNs, protocolNs, signatureNs } from './names.ts';
import { instant, longestMessage } from './response.ts';
import { requireUniqueIds, signedBytes } from './signature.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  descendantsOf,
  parseXml,
  requireAttribute,
  requireChild,
  textOf,
  type XmlElement,
  XmlError,
} from './xml.ts';

export type AuthnRequest = {
  readonly id: string;
  readonly issuer: string;
  readonly destination: string | undefined;
  readonly acsUrl: string | undefined;
  readonly forceAuthn: boolean;
  readonly isPassive: boolean;
  readonly contexts: readonly string[];
  readonly nameIdFormat: string | undefined;
};
export type LogoutRequest = {
  readonly id: string;
  readonly issuer: string;
  readonly nameId: string;
  readonly sessionIndexes: readonly string[];
};

const skewMs = 60_000;
const longestLifeMs = 10 * 60_000;

/** How a message was signed: inside (POST binding), by its query (redirect binding, verified before), or not at all. */
export type Proof =
  | { readonly type: 'enveloped'; readonly keys: readonly string[] }
  | { readonly type: 'query' }
  | { readonly type: 'none' };

/** The root element, taken from signed bytes where the signature is inside. Throws {@link XmlError}. */
function openMessage(xml: string, local: string, proof: Proof): XmlElement {
  const root = parseXml(xml, { characters: longestMessage });
  requireUniqueIds(root);
  const isThat = ({ local: name, namespace }: XmlElement) => name === local && namespace === protocolNs;
  if (!isThat(root)) throw new XmlError(root.local, `a ${local} was expected`);
  if (proof.type !== 'enveloped') return root;
  const signatures = [...descendantsOf(root)].filter((each) => each.local === 'Signature');
  if (signatures.length !== 1) throw new XmlError('Signature', 'exactly one signature is needed');
  const signed = parseXml(signedBytes(xml, root, proof.keys), { characters: longestMessage });
  if (!isThat(signed)) throw new XmlError('Signature', 'the signature covers another element');
  return signed;
}

/** An app's request for a sign-on. Throws {@link XmlError}; whether its addresses are registered is the caller's to say. */
export function readAuthnRequest(xml: string, proof: Proof, now: number): AuthnRequest {
  const root = openMessage(xml, 'AuthnRequest', proof);
  const id = messageId(root, now);
  const requested = childOf(root, protocolNs, 'RequestedAuthnContext');
  const comparison = requested ? (attributeOf(requested, 'Comparison') ?? 'exact') : 'exact';
  if (comparison !== 'exact' && comparison !== 'minimum')
    throw new XmlError('RequestedAuthnContext', 'only exact and minimum comparison are understood');
  const policy = childOf(root, protocolNs, 'NameIDPolicy');
  return {
    id,
    issuer: textOf(requireChild(root, assertionNs, 'Issuer')),
    destination: attributeOf(root, 'Destination'),
    acsUrl: attributeOf(root, 'AssertionConsumerServiceURL'),
    forceAuthn: /^(true|1)$/.test(attributeOf(root, 'ForceAuthn') ?? ''),
    isPassive: /^(true|1)$/.test(attributeOf(root, 'IsPassive') ?? ''),
    contexts: requested ? childrenOf(requested, assertionNs, 'AuthnContextClassRef').map(textOf) : [],
    nameIdFormat: policy ? attributeOf(policy, 'Format') : undefined,
  };
}

/** A request to end sessions. Only signed ones are taken: without proof anyone could sign anyone out. */
export function readLogoutRequest(
  xml: string,
  proof: Exclude<Proof, { type: 'none' }>,
  expected: { readonly issuer: string; readonly destination: string; readonly now: number },
): LogoutRequest {
  const root = openMessage(xml, 'LogoutRequest', proof);
  const id = messageId(root, expected.now);
  const issuer = textOf(requireChild(root, assertionNs, 'Issuer'));
  if (issuer !== expected.issuer) throw new XmlError('Issuer', 'the Issuer is another party');
  if (attributeOf(root, 'Destination') !== expected.destination)
    throw new XmlError('LogoutRequest', 'the Destination is another address');
  const end = attributeOf(root, 'NotOnOrAfter');
  if (end !== undefined && instant(end) + skewMs <= expected.now)
    throw new XmlError('LogoutRequest', 'the request has expired');
  const nameId = textOf(requireChild(root, assertionNs, 'NameID'));
  if (!nameId) throw new XmlError('NameID', 'the NameID is empty');
  return { id, issuer, nameId, sessionIndexes: childrenOf(root, protocolNs, 'SessionIndex').map(textOf) };
}

/** Who claims to have sent a message, before anything is proven: for choosing the keys to prove it with. */
export function claimedIssuer(xml: string): string | undefined {
  try {
    const root = parseXml(xml, { characters: longestMessage });
    return textOf(requireChild(root, assertionNs, 'Issuer'));
  } catch {
    return undefined;
  }
}

/** Whether a message carries a signature inside. Malformed ones carry none. */
export function isEnveloped(xml: string): boolean {
  try {
    return childOf(parseXml(xml, { characters: longestMessage }), signatureNs, 'Signature') !== undefined;
  } catch {
    return false;
  }
}

function messageId(root: XmlElement, now: number): string {
  if (attributeOf(root, 'Version') !== '2.0') throw new XmlError(root.local, 'the version must be 2.0');
  const issued = instant(requireAttribute(root, 'IssueInstant'));
  if (issued > now + skewMs || issued < now - longestLifeMs)
    throw new XmlError(root.local, 'the message is not of this moment');
  const id = requireAttribute(root, 'ID');
  if (!/^[A-Za-z_][\w.-]{0,255}$/.test(id)) throw new XmlError(root.local, 'the ID is no XML name');
  return id;
}
