// Each attack by its name: what a hostile sender does to a response that the identity provider signed.
import { createHmac, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { signingKey } from '../../../examples/demo-idp/src/saml-idp.ts';
import { exclusiveC14n } from './names.ts';
import { judgeResponse, type ResponseExpectation } from './response.ts';
import { signXml } from './signature.ts';
import { type ResponseParts, samlResponse } from './write.ts';

const idp = await signingKey();
const attacker = await signingKey();
const now = Date.parse('2026-11-01T10:00:00.000Z');
const expected: ResponseExpectation = {
  issuer: 'https://idp.example/metadata',
  keys: [idp.certificate],
  acsUrl: 'https://login.example/saml/acs',
  audience: 'https://login.example/saml/metadata',
  requestId: '_request',
  contexts: [],
  now,
};
const parts: ResponseParts = {
  id: '_response',
  assertionId: '_assertion',
  now,
  issuer: expected.issuer,
  acsUrl: expected.acsUrl,
  audience: expected.audience,
  inResponseTo: '_request',
  nameId: 'mia@acme.example',
  nameIdFormat: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  authnInstant: now,
  sessionIndex: '_session',
  lifetimeMs: 300_000,
  attributes: { email: ['mia@acme.example'], groups: ['Marketing', 'Finance'] },
};

type What = 'assertion' | 'response' | 'both';
const plain = (change: Partial<ResponseParts> = {}) => samlResponse({ ...parts, ...change });
function sign(xml: string, what: What = 'assertion', key = idp): string {
  const inner = what === 'response' ? xml : signXml(xml, '_assertion', key);
  return what === 'assertion' ? inner : signXml(inner, '_response', key);
}
const signed = (change: Partial<ResponseParts> = {}, what: What = 'assertion') => sign(plain(change), what);
/** Signed by the identity provider itself over what `edit` made of the message. */
const made = (edit: (xml: string) => string, what: What = 'both') => sign(edit(plain()), what);
const judge = (xml: string, change: Partial<ResponseExpectation> = {}) =>
  judgeResponse(xml, { ...expected, ...change });

test.each(['assertion', 'response', 'both'] as const)('honest, signed: %s', (what) => {
  const verdict = judge(signed({}, what));
  expect(verdict).toMatchObject({
    type: 'accepted',
    assertion: {
      nameId: 'mia@acme.example',
      sessionIndex: '_session',
      attributes: { groups: ['Marketing', 'Finance'] },
      authnInstant: now,
    },
  });
});
test('honest, at the edge of a minute of clock skew', () => {
  expect(judge(signed(), { now: now - 59_000 }).type).toBe('accepted');
  expect(judge(signed(), { now: now + 359_000 }).type).toBe('accepted');
});
test('honest, the asked-for authentication context', () => {
  expect(judge(signed(), { contexts: [parts.context] }).type).toBe('accepted');
});

const cut = (xml: string, name: string) =>
  new RegExp(`<${name}[ >].*?</${name}>`, 's').exec(xml)?.[0] ?? `no ${name} in the message`;
const evilAssertion = (id = '_evil') =>
  cut(plain(), 'saml:Assertion').replace('_assertion', id).replaceAll('mia@acme.example', 'admin@acme.example');
const original = signed();
const theAssertion = cut(original, 'saml:Assertion');
const theSignature = cut(original, 'ds:Signature');
const unsigned = theAssertion.replace(theSignature, '');
const put = (xml: string, by: string) => original.replace(theAssertion, () => xml + by);
const responseSigned = signed({}, 'response');
const responseSignature = cut(responseSigned, 'ds:Signature');
const bare = responseSigned.replace(responseSignature, '');
const evilResponse = (inside: string) =>
  bare
    .replaceAll('mia@acme.example', 'admin@acme.example')
    .replace('_response', '_evil')
    .replace('</saml:Issuer>', `</saml:Issuer>${inside}`);
const inSignature = (object: string) =>
  theSignature.replace('</ds:Signature>', `<ds:Object>${object}</ds:Object></ds:Signature>`);
const withSignature = (assertion: string, signature: string) =>
  assertion.replace('</saml:Issuer>', () => `</saml:Issuer>${signature}`);
const fold = (text: string, at: string, by: string) => text.replace(at, () => by);

// The eight wrappings of "On Breaking SAML: Be Whoever You Want to Be" (USENIX Security 2012), each built here.
const wrappings: [string, string][] = [
  [
    'XSW1: forged response, original inside its signature',
    evilResponse(
      fold(
        responseSignature,
        '</ds:Signature>',
        `<ds:Object>${bare.replace(/<\?.*?\?>/, '')}</ds:Object></ds:Signature>`,
      ),
    ),
  ],
  [
    'XSW2: forged response beside a detached signature',
    evilResponse(responseSignature).replace('</samlp:Response>', `${bare}</samlp:Response>`),
  ],
  ['XSW3: forged assertion before the original', put(evilAssertion(), theAssertion)],
  [
    'XSW4: original inside the forged assertion',
    put(fold(evilAssertion(), '</saml:Assertion>', `${theAssertion}</saml:Assertion>`), ''),
  ],
  [
    'XSW5: forged assertion keeps the signature, original at the end',
    put(withSignature(evilAssertion(), theSignature), unsigned),
  ],
  [
    'XSW6: original in the signature of the forged assertion',
    put(withSignature(evilAssertion(), inSignature(unsigned)), ''),
  ],
  [
    'XSW7: forged assertion in Extensions',
    put('', theAssertion).replace(
      '<samlp:Status>',
      `<samlp:Extensions>${evilAssertion()}</samlp:Extensions><samlp:Status>`,
    ),
  ],
  ['XSW8: original in an Object of the forged one', put(withSignature(evilAssertion(), inSignature(theAssertion)), '')],
];

const changedAfter = (from: string | RegExp, to: string) => original.replace(from, () => to);
const hmac = (secret: string) => {
  const info = cut(original, 'ds:SignedInfo').replace(/rsa-sha256/g, 'hmac-sha256');
  const value = createHmac('sha256', secret).update(info).digest('base64');
  return original
    .replace(cut(original, 'ds:SignedInfo'), info)
    .replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${value}`);
};
const spki = createPublicKey(idp.certificate).export({ type: 'spki', format: 'pem' }).toString();
const twoInfos = theSignature.replace(
  '<ds:SignatureValue>',
  `${cut(theSignature, 'ds:SignedInfo')}<ds:SignatureValue>`,
);
const digestComment = changedAfter('<ds:DigestValue>', '<ds:DigestValue><!--x-->');
const evil = original.replaceAll('mia@acme.example', 'admin@acme.example');
const encrypted = put(
  '<saml:EncryptedAssertion><x:EncryptedData xmlns:x="http://www.w3.org/2001/04/xmlenc#"/></saml:EncryptedAssertion>',
  '',
);
const wide = '<saml:Attribute Name="a"/>'.repeat(21_000);

const forgeries: [string, string][] = [
  ...wrappings,
  ['signature stripped', put(unsigned, '')],
  ['signature stripped, evil inside', put(evilAssertion('_assertion'), '')],
  ['signed by the attacker, key in KeyInfo', sign(plain(), 'both', attacker)],
  ['assertion by the attacker inside a response by nobody', sign(plain(), 'assertion', attacker)],
  ['assertion genuine, response signed by the attacker', signXml(original, '_response', attacker)],
  [
    'response genuine, assertion signed by the attacker',
    signXml(sign(plain(), 'assertion', attacker), '_response', idp),
  ],
  ['HMAC with the public key', hmac(spki)],
  ['HMAC with the certificate', hmac(idp.certificate)],
  ['RSA-SHA1 signature', changedAfter(/http:[^"]*rsa-sha256/, 'http://www.w3.org/2000/09/xmldsig#rsa-sha1')],
  ['SHA-1 digest', changedAfter(/http:[^"]*xmlenc#sha256/, 'http://www.w3.org/2000/09/xmldsig#sha1')],
  ['CVE-2025-29774: two SignedInfo', original.replace(theSignature, () => twoInfos)],
  ['CVE-2025-29775: comment in the digest', digestComment],
  ['comment in the digest of another content', digestComment.replaceAll('mia@acme.example', 'admin@acme.example')],
  ['CVE-2017-11427: comment in the NameID', changedAfter('mia@acme.example<', 'mia@acme.example<!---->.evil.example<')],
  ['CDATA in the NameID', changedAfter('mia@acme.example<', '<![CDATA[admin@acme.example]]><')],
  ['processing instruction in the NameID', changedAfter('mia@acme.example<', 'mia@<?x?>acme.example<')],
  ['element in the NameID', changedAfter('mia@acme.example</saml:NameID>', 'mia@acme.example<a/></saml:NameID>')],
  ['NameID exchanged', original.replace('mia@acme.example<', 'admin@acme.example<')],
  ['attribute exchanged', original.replace('>Marketing<', '>Admins<')],
  ['every value exchanged', evil],
  ['duplicate ID', original.replace('<samlp:Status>', '<samlp:Status ID="_assertion">')],
  ['duplicate ID in another spelling', original.replace('<samlp:Status>', '<samlp:Status Id="_assertion">')],
  ['DTD', `<!DOCTYPE x>${original}`],
  [
    'entity bomb',
    `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${original.replace('Marketing', '&b;')}`,
  ],
  ['external entity', `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${original.replace('Marketing', '&a;')}`],
  ['parameter entity in lower case', `<!doctype x [<!entity % a "b">]>${original}`],
  ['undeclared entity', original.replace('Marketing', '&undeclared;')],
  [
    'void canonicalisation: empty transform list',
    changedAfter(/<ds:Transforms>.*?<\/ds:Transforms>/, '<ds:Transforms></ds:Transforms>'),
  ],
  [
    'void canonicalisation: unknown algorithm',
    original.replaceAll(
      `CanonicalizationMethod Algorithm="${exclusiveC14n}"`,
      'CanonicalizationMethod Algorithm="urn:none"',
    ),
  ],
  [
    'void canonicalisation: relative namespace',
    original.replace('<samlp:Response ', '<samlp:Response xmlns:v="../void" v:a="1" ').replaceAll('mia@', 'admin@'),
  ],
  [
    'XSLT transform',
    changedAfter(
      /<ds:Transforms>/,
      '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>',
    ),
  ],
  [
    'XPath transform',
    changedAfter(
      /<ds:Transforms>/,
      '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"/>',
    ),
  ],
  [
    'attribute pollution: an ID beside the ID',
    original.replace('<saml:Assertion ', '<saml:Assertion xmlns:e="urn:e" e:ID="_assertion" '),
  ],
  [
    'attribute pollution: the same attribute twice',
    made((xml) =>
      xml.replace(
        '</saml:AttributeStatement>',
        '<saml:Attribute Name="groups"><saml:AttributeValue>Admins</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
      ),
    ),
  ],
  [
    'namespace confusion: a Signature of another namespace',
    original.replaceAll('http://www.w3.org/2000/09/xmldsig#"', 'http://www.w3.org/2000/09/xmldsig"'),
  ],
  [
    'namespace confusion: an Assertion of another namespace',
    put(
      evilAssertion().replaceAll('saml:', 'e:').replace('<e:Assertion ', '<e:Assertion xmlns:e="urn:e" '),
      theAssertion,
    ),
  ],
  [
    'namespace confusion: the prefix rebound',
    original
      .replace('<samlp:Response ', '<samlp:Response xmlns:ds="urn:e" ')
      .replace('xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"', 'xmlns:saml="urn:e"'),
  ],
  ['encrypted assertion injected', encrypted],
  ['encrypted assertion beside the signed one', put('<saml:EncryptedAssertion/>', theAssertion)],
  ['reference to another element', changedAfter('URI="#_assertion"', 'URI="#_response"')],
  ['reference to the whole document', changedAfter('URI="#_assertion"', 'URI=""')],
  ['reference by XPointer', changedAfter('URI="#_assertion"', `URI="#xpointer(id('_assertion'))"`)],
  ['two references', original.replace('</ds:SignedInfo>', `${cut(original, 'ds:Reference')}</ds:SignedInfo>`)],
  ['a second signature', original.replace('<samlp:Status>', `${theSignature}<samlp:Status>`)],
  [
    'two assertions, both genuine',
    put(
      theAssertion,
      signed({ assertionId: '_assertion' })
        .match(/<saml:Assertion.*<\/saml:Assertion>/s)?.[0]
        ?.replaceAll('_assertion', '_other') ?? '',
    ),
  ],
  ['another root', original.replaceAll('samlp:Response', 'samlp:ArtifactResponse')],
  ['no XML', 'not XML'],
  ['empty', ''],
  ['too large', original.replace('</saml:AttributeStatement>', `${'x'.repeat(200_001)}</saml:AttributeStatement>`)],
  ['too many elements', original.replace('</saml:AttributeStatement>', `${wide}</saml:AttributeStatement>`)],
  ['too deep', original.replace('<samlp:Status>', `${'<a>'.repeat(60)}${'</a>'.repeat(60)}<samlp:Status>`)],
];

/** Signed by the real identity provider, yet not for us, not now, or not for this request. */
const misdirected: [string, string][] = [
  [
    'wrong Destination',
    signed({}, 'both').replace('Destination="https://login.example/saml/acs"', 'Destination="https://evil.example/"'),
  ],
  [
    'wrong Destination, signed',
    made((xml) => xml.replace(/Destination="[^"]*"/, 'Destination="https://other.example/acs"')),
  ],
  ['no Destination', made((xml) => xml.replace(/ Destination="[^"]*"/, ''))],
  ['wrong Recipient', made((xml) => xml.replace(/Recipient="[^"]*"/, 'Recipient="https://other.example/acs"'))],
  ['no Recipient', made((xml) => xml.replace(/ Recipient="[^"]*"/, ''))],
  ['wrong Issuer', signed({ issuer: 'https://other.example' }, 'both')],
  [
    'Issuer of the response is another',
    made((xml) => xml.replace('<saml:Issuer>https://idp.example/metadata', '<saml:Issuer>https://other.example')),
  ],
  ['Issuer with a slash', signed({ issuer: `${expected.issuer}/` }, 'both')],
  ['wrong Audience', signed({ audience: 'https://other.example' }, 'both')],
  ['Audience with our name as its beginning', signed({ audience: `${expected.audience}.evil.example` }, 'both')],
  ['no Audience', made((xml) => xml.replace(cut(xml, 'saml:AudienceRestriction'), ''))],
  ['no Conditions', made((xml) => xml.replace(cut(xml, 'saml:Conditions'), ''))],
  [
    'a condition nobody knows',
    made((xml) => xml.replace('</saml:Conditions>', '<saml:ProxyRestriction Count="0"/></saml:Conditions>')),
  ],
  ['wrong InResponseTo', signed({ inResponseTo: '_another' }, 'both')],
  [
    'InResponseTo of the assertion is another',
    made((xml) =>
      xml.replace(/(<saml:SubjectConfirmationData.*?)InResponseTo="_request"/, '$1InResponseTo="_another"'),
    ),
  ],
  ['unsolicited', signed({ inResponseTo: undefined }, 'both')],
  ['expired', signed({ now: now - 3_600_000 }, 'both')],
  ['issued in the future', signed({ now: now + 3_600_000 }, 'both')],
  ['no end', made((xml) => xml.replaceAll(/ NotOnOrAfter="[^"]*"/g, ''))],
  ['an end a year away', signed({ lifetimeMs: 365 * 86_400_000 }, 'both')],
  ['a time without zone', made((xml) => xml.replaceAll(/(NotOnOrAfter="[^"]*)Z"/g, '$1"'))],
  ['signed in in the future', signed({ authnInstant: now + 3_600_000 }, 'both')],
  [
    'session over at the identity provider',
    made((xml) =>
      xml.replace('<saml:AuthnStatement ', '<saml:AuthnStatement SessionNotOnOrAfter="2026-11-01T09:00:00Z" '),
    ),
  ],
  ['not bearer', made((xml) => xml.replace('cm:bearer', 'cm:holder-of-key'))],
  ['no confirmation', made((xml) => xml.replace(cut(xml, 'saml:SubjectConfirmation'), ''))],
  [
    'two confirmations',
    made((xml) => xml.replace('</saml:Subject>', `${cut(xml, 'saml:SubjectConfirmation')}</saml:Subject>`)),
  ],
  ['no AuthnStatement', made((xml) => xml.replace(cut(xml, 'saml:AuthnStatement'), ''))],
  ['no NameID', made((xml) => xml.replace(cut(xml, 'saml:NameID'), ''))],
  ['empty NameID', signed({ nameId: ' ' }, 'both')],
  ['status says no', made((xml) => xml.replace('status:Success', 'status:Responder'))],
  ['SAML 1.1', made((xml) => xml.replaceAll('Version="2.0"', 'Version="1.1"'))],
];

test.each([...forgeries, ...misdirected])('refused: %s', (_, xml) => {
  expect(xml).not.toContain('in the message');
  expect(judge(xml)).toMatchObject({ type: 'refused' });
});

test('every vector differs from the honest message', () => {
  for (const [name, xml] of [...forgeries, ...misdirected]) expect(xml, name).not.toBe(original);
});

test.each([
  ['the key of another provider only', { keys: [attacker.certificate] }],
  ['no key at all', { keys: [] }],
  ['a weaker authentication context', { contexts: ['https://refeds.org/profile/mfa'] }],
] as const)('refused: %s', (_, change) => {
  expect(judge(signed({}, 'both'), change)).toMatchObject({ type: 'refused' });
});

test('refused: a provider without RSA key, by its EC certificate name', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect(new X509Certificate(idp.certificate).subject).toContain('Acme');
  expect(judge(signed({}, 'both'), { keys: [key] })).toMatchObject({ type: 'refused' });
});

test('the second of two pinned keys is accepted: rotation', () => {
  expect(judge(signed({}, 'both'), { keys: [attacker.certificate, idp.certificate] }).type).toBe('accepted');
});
