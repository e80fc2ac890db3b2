// A SAML response judged (core 2.0 and the web SSO profile, section 4.1.4.3): data comes from signed bytes only.
import { assertionNs, bearer, protocolNs, signatureNs, success } from './names.ts';
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

export type ResponseExpectation = {
  /** entityID of the identity provider. */
  readonly issuer: string;
  /** Its pinned certificates or public keys, PEM. Keys inside the message are never used. */
  readonly keys: readonly string[];
  /** Our assertion consumer service, for Destination and Recipient. */
  readonly acsUrl: string;
  /** Our entityID. */
  readonly audience: string;
  /** ID of the request that this browser sent. */
  readonly requestId: string;
  /** Accepted AuthnContextClassRefs; empty accepts any. */
  readonly contexts: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
};

export type Assertion = {
  readonly id: string;
  readonly issuer: string;
  readonly nameId: string;
  readonly nameIdFormat: string | undefined;
  readonly sessionIndex: string | undefined;
  readonly context: string | undefined;
  /** Milliseconds. */
  readonly authnInstant: number;
  /** Milliseconds; until then a replay must be known. */
  readonly expires: number;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
};
export type ResponseVerdict =
  | { readonly type: 'accepted'; readonly assertion: Assertion }
  | { readonly type: 'refused'; readonly cause: string };

export const longestMessage = 200_000;
const skewMs = 60_000;
/** Bearer assertions are for now: whatever its issuer says, none lives longer than this. */
const longestLifeMs = 60 * 60_000;

/** Never throws: what cannot be proven is refused, with the first cause found. */
export function judgeResponse(xml: string, expected: ResponseExpectation): ResponseVerdict {
  try {
    return { type: 'accepted', assertion: judge(xml, expected) };
  } catch (error) {
    if (error instanceof XmlError) return { type: 'refused', cause: error.message };
    return { type: 'refused', cause: 'the response cannot be read' };
  }
}

function judge(xml: string, expected: ResponseExpectation): Assertion {
  const root = parseXml(xml, { characters: longestMessage });
  requireElement(root, protocolNs, 'Response');
  requireUniqueIds(root);
  requireOneAssertion(root);
  const assertion = signedAssertion(xml, root, expected.keys);
  checkEnvelope(root, expected);
  return readAssertion(assertion, expected);
}

function requireElement(element: XmlElement, namespace: string, local: string): void {
  if (element.local !== local || element.namespace !== namespace)
    throw new XmlError(element.local, `a ${local} was expected`);
}

/** Counted by local name in any namespace, at any depth: a second one is a wrapping attack, wherever it hides. */
function requireOneAssertion(root: XmlElement): void {
  const named = [...descendantsOf(root)].filter(({ local }) => /^(Encrypted)?Assertion$/.test(local));
  if (named.some(({ local }) => local === 'EncryptedAssertion'))
    throw new XmlError('EncryptedAssertion', 'encrypted assertions are not accepted');
  if (named.length !== 1 || childrenOf(root, assertionNs, 'Assertion').length !== 1)
    throw new XmlError('Response', 'there must be exactly one Assertion, in the Response');
}

/** Every signature must sit on the Response or on its Assertion and hold; at least one there must be. */
function signedAssertion(xml: string, root: XmlElement, keys: readonly string[]): XmlElement {
  const assertion = requireChild(root, assertionNs, 'Assertion');
  const places = [root, assertion].filter((element) => childOf(element, signatureNs, 'Signature'));
  const all = [...descendantsOf(root)].filter(({ local }) => local === 'Signature');
  if (places.length === 0) throw new XmlError('Signature', 'nothing is signed');
  if (all.length !== places.length) throw new XmlError('Signature', 'a signature stands in a place it cannot');
  const signed = places.map((element) => signedBytes(xml, element, keys));
  const outermost = parseXml(signed[0] ?? '', { characters: longestMessage });
  if (places[0] === assertion) {
    requireElement(outermost, assertionNs, 'Assertion');
    return outermost;
  }
  requireElement(outermost, protocolNs, 'Response');
  requireOneAssertion(outermost);
  return requireChild(outermost, assertionNs, 'Assertion');
}

function checkEnvelope(root: XmlElement, { issuer, acsUrl, requestId, now }: ResponseExpectation): void {
  if (attributeOf(root, 'Version') !== '2.0') throw new XmlError('Response', 'the version must be 2.0');
  if (attributeOf(root, 'Destination') !== acsUrl) throw new XmlError('Response', 'the Destination is another address');
  if (attributeOf(root, 'InResponseTo') !== requestId)
    throw new XmlError('Response', 'the response answers no request of this browser');
  const said = childOf(root, assertionNs, 'Issuer');
  if (said && textOf(said) !== issuer) throw new XmlError('Issuer', 'the Issuer is another party');
  if (instant(requireAttribute(root, 'IssueInstant')) > now + skewMs)
    throw new XmlError('Response', 'the response is issued in the future');
  const status = requireAttribute(
    requireChild(requireChild(root, protocolNs, 'Status'), protocolNs, 'StatusCode'),
    'Value',
  );
  if (status !== success) throw new XmlError('Status', `the identity provider answered ${status.slice(0, 120)}`);
}

function readAssertion(assertion: XmlElement, expected: ResponseExpectation): Assertion {
  const { issuer, now } = expected;
  if (attributeOf(assertion, 'Version') !== '2.0') throw new XmlError('Assertion', 'the version must be 2.0');
  if (instant(requireAttribute(assertion, 'IssueInstant')) > now + skewMs)
    throw new XmlError('Assertion', 'the assertion is issued in the future');
  if (textOf(requireChild(assertion, assertionNs, 'Issuer')) !== issuer)
    throw new XmlError('Issuer', 'the Issuer is another party');
  const subject = requireChild(assertion, assertionNs, 'Subject');
  const nameId = requireChild(subject, assertionNs, 'NameID');
  const name = textOf(nameId);
  if (!name || name.length > 1024) throw new XmlError('NameID', 'the NameID is empty or too long');
  const expires = checkConfirmation(subject, expected);
  checkConditions(requireChild(assertion, assertionNs, 'Conditions'), expected);
  return {
    id: requireAttribute(assertion, 'ID'),
    issuer,
    nameId: name,
    nameIdFormat: attributeOf(nameId, 'Format'),
    expires,
    ...readAuthentication(assertion, expected),
    attributes: readAttributes(assertion),
  };
}

/** The bearer confirmation: made for us, for this request, and now. Gives its end in milliseconds. */
function checkConfirmation(subject: XmlElement, { acsUrl, requestId, now }: ResponseExpectation): number {
  const confirmation = requireChild(subject, assertionNs, 'SubjectConfirmation');
  if (attributeOf(confirmation, 'Method') !== bearer)
    throw new XmlError('SubjectConfirmation', 'the confirmation method is not bearer');
  const data = requireChild(confirmation, assertionNs, 'SubjectConfirmationData');
  if (attributeOf(data, 'Recipient') !== acsUrl)
    throw new XmlError('SubjectConfirmationData', 'the Recipient is another address');
  if (attributeOf(data, 'InResponseTo') !== requestId)
    throw new XmlError('SubjectConfirmationData', 'the assertion answers no request of this browser');
  const end = instant(requireAttribute(data, 'NotOnOrAfter'));
  if (end + skewMs <= now) throw new XmlError('SubjectConfirmationData', 'the assertion has expired');
  if (end > now + longestLifeMs + skewMs) throw new XmlError('SubjectConfirmationData', 'the assertion lives too long');
  const start = attributeOf(data, 'NotBefore');
  if (start !== undefined && instant(start) > now + skewMs)
    throw new XmlError('SubjectConfirmationData', 'the assertion is not valid yet');
  return end + skewMs;
}

function checkConditions(conditions: XmlElement, { audience, now }: ResponseExpectation): void {
  const [start, end] = [attributeOf(conditions, 'NotBefore'), attributeOf(conditions, 'NotOnOrAfter')];
  if (start !== undefined && instant(start) > now + skewMs)
    throw new XmlError('Conditions', 'the assertion is not valid yet');
  if (end !== undefined && instant(end) + skewMs <= now) throw new XmlError('Conditions', 'the assertion has expired');
  let restricted = false;
  for (const condition of childrenOf(conditions)) {
    if (condition.namespace !== assertionNs) throw new XmlError('Conditions', 'an unknown condition');
    if (condition.local === 'OneTimeUse') continue;
    // A condition not understood makes the assertion invalid (core section 2.5.1.1).
    if (condition.local !== 'AudienceRestriction') throw new XmlError('Conditions', 'an unknown condition');
    const audiences = childrenOf(condition, assertionNs, 'Audience').map(textOf);
    if (!audiences.includes(audience)) throw new XmlError('Audience', 'the Audience is another party');
    restricted = true;
  }
  if (!restricted) throw new XmlError('Conditions', 'the assertion is for no particular audience');
}

function readAuthentication(assertion: XmlElement, { contexts, now }: ResponseExpectation) {
  const statement = requireChild(assertion, assertionNs, 'AuthnStatement');
  const authnInstant = instant(requireAttribute(statement, 'AuthnInstant'));
  if (authnInstant > now + skewMs) throw new XmlError('AuthnStatement', 'the user signed in in the future');
  const end = attributeOf(statement, 'SessionNotOnOrAfter');
  if (end !== undefined && instant(end) + skewMs <= now)
    throw new XmlError('AuthnStatement', 'the session at the identity provider has ended');
  const reference = childOf(requireChild(statement, assertionNs, 'AuthnContext'), assertionNs, 'AuthnContextClassRef');
  const context = reference ? textOf(reference) : undefined;
  if (contexts.length > 0 && (context === undefined || !contexts.includes(context)))
    throw new XmlError('AuthnContext', 'the user signed in by another method than was asked for');
  return { authnInstant, context, sessionIndex: attributeOf(statement, 'SessionIndex') };
}

function readAttributes(assertion: XmlElement): Record<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const statement of childrenOf(assertion, assertionNs, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement, assertionNs, 'Attribute')) {
      const name = requireAttribute(attribute, 'Name');
      // Two attributes of one name: readers differ in which of them counts.
      if (found.has(name)) throw new XmlError('Attribute', `the attribute ${name.slice(0, 80)} is given twice`);
      found.set(name, childrenOf(attribute, assertionNs, 'AttributeValue').filter(isText).map(textOf));
    }
  }
  return Object.fromEntries(found);
}

const isText = (element: XmlElement) => childrenOf(element).length === 0;

/** Milliseconds of an xs:dateTime in UTC, the only form that SAML allows (core section 1.3.3). */
export function instant(text: string): number {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new XmlError('', 'a time is not in UTC');
  return at;
}
