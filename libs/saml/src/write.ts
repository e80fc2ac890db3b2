// The messages we send, as text. Every value is escaped; ids and times are arguments.
import {
  assertionNs,
  bearer,
  metadataNs,
  postBinding,
  protocolNs,
  redirectBinding,
  signatureNs,
  success,
} from './names.ts';
import { escapeXml } from './xml.ts';

const iso = (at: number) => new Date(at).toISOString();
/** ` Name="value"`, or nothing when there is no value. */
const attribute = (name: string, value: string | undefined) =>
  value === undefined ? '' : ` ${name}="${escapeXml(value)}"`;
const issuerElement = (issuer: string) => `<saml:Issuer>${escapeXml(issuer)}</saml:Issuer>`;
const namespaces = `xmlns:samlp="${protocolNs}" xmlns:saml="${assertionNs}"`;

export type AuthnRequestParts = {
  readonly id: string;
  readonly now: number;
  readonly issuer: string;
  readonly destination: string;
  readonly acsUrl: string;
  readonly forceAuthn?: boolean;
  readonly isPassive?: boolean;
  readonly contexts?: readonly string[];
};

export function authnRequest(parts: AuthnRequestParts): string {
  const contexts = (parts.contexts ?? []).map(
    (context) => `<saml:AuthnContextClassRef>${escapeXml(context)}</saml:AuthnContextClassRef>`,
  );
  const requested =
    contexts.length === 0
      ? ''
      : `<samlp:RequestedAuthnContext Comparison="exact">${contexts.join('')}</samlp:RequestedAuthnContext>`;
  return (
    `<samlp:AuthnRequest ${namespaces} ID="${escapeXml(parts.id)}" Version="2.0" IssueInstant="${iso(parts.now)}"` +
    attribute('Destination', parts.destination) +
    attribute('AssertionConsumerServiceURL', parts.acsUrl) +
    attribute('ForceAuthn', parts.forceAuthn ? 'true' : undefined) +
    attribute('IsPassive', parts.isPassive ? 'true' : undefined) +
    ` ProtocolBinding="${postBinding}">${issuerElement(parts.issuer)}` +
    `<samlp:NameIDPolicy AllowCreate="true"/>${requested}</samlp:AuthnRequest>`
  );
}

export type ResponseParts = {
  readonly id: string;
  readonly assertionId: string;
  readonly now: number;
  readonly issuer: string;
  readonly acsUrl: string;
  readonly audience: string;
  /** Absent only when nobody asked (IdP-initiated). */
  readonly inResponseTo?: string | undefined;
  readonly nameId: string;
  readonly nameIdFormat: string;
  readonly context: string;
  readonly authnInstant: number;
  readonly sessionIndex?: string | undefined;
  readonly lifetimeMs: number;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
};

/** A response without signatures: sign the assertion first, then the response. */
export function samlResponse(parts: ResponseParts): string {
  const { id, now, issuer, acsUrl, inResponseTo } = parts;
  return (
    `<samlp:Response ${namespaces} ID="${escapeXml(id)}" Version="2.0" IssueInstant="${iso(now)}"` +
    `${attribute('Destination', acsUrl)}${attribute('InResponseTo', inResponseTo)}>${issuerElement(issuer)}` +
    `<samlp:Status><samlp:StatusCode Value="${success}"/></samlp:Status>${assertionElement(parts)}</samlp:Response>`
  );
}

function assertionElement(parts: ResponseParts): string {
  const { now, acsUrl, inResponseTo } = parts;
  const end = iso(now + parts.lifetimeMs);
  return (
    `<saml:Assertion ID="${escapeXml(parts.assertionId)}" Version="2.0" IssueInstant="${iso(now)}">` +
    issuerElement(parts.issuer) +
    `<saml:Subject><saml:NameID${attribute('Format', parts.nameIdFormat)}>${escapeXml(parts.nameId)}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="${bearer}"><saml:SubjectConfirmationData NotOnOrAfter="${end}"` +
    `${attribute('Recipient', acsUrl)}${attribute('InResponseTo', inResponseTo)}/></saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${iso(now - 5_000)}" NotOnOrAfter="${end}"><saml:AudienceRestriction>` +
    `<saml:Audience>${escapeXml(parts.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${iso(parts.authnInstant)}"${attribute('SessionIndex', parts.sessionIndex)}>` +
    `<saml:AuthnContext><saml:AuthnContextClassRef>${escapeXml(parts.context)}</saml:AuthnContextClassRef>` +
    `</saml:AuthnContext></saml:AuthnStatement>${attributeStatement(parts.attributes)}</saml:Assertion>`
  );
}

function attributeStatement(attributes: ResponseParts['attributes']): string {
  const written = Object.entries(attributes)
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => {
      const all = values.map((value) => `<saml:AttributeValue>${escapeXml(value)}</saml:AttributeValue>`);
      return `<saml:Attribute Name="${escapeXml(name)}">${all.join('')}</saml:Attribute>`;
    });
  return written.length === 0 ? '' : `<saml:AttributeStatement>${written.join('')}</saml:AttributeStatement>`;
}

/** An answer that says no: `status` is the second-level code, below Responder. */
export function refusalResponse(
  parts: Pick<ResponseParts, 'id' | 'now' | 'issuer' | 'acsUrl' | 'inResponseTo'> & { readonly status: string },
): string {
  return (
    `<samlp:Response ${namespaces} ID="${escapeXml(parts.id)}" Version="2.0" IssueInstant="${iso(parts.now)}"` +
    `${attribute('Destination', parts.acsUrl)}${attribute('InResponseTo', parts.inResponseTo)}>` +
    `${issuerElement(parts.issuer)}<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder">` +
    `<samlp:StatusCode Value="${escapeXml(parts.status)}"/></samlp:StatusCode></samlp:Status></samlp:Response>`
  );
}

type LogoutParts = {
  readonly id: string;
  readonly now: number;
  readonly issuer: string;
  readonly destination: string;
};

export function logoutRequest(
  parts: LogoutParts & { readonly nameId: string; readonly sessionIndex?: string | undefined },
): string {
  const index =
    parts.sessionIndex === undefined ? '' : `<samlp:SessionIndex>${escapeXml(parts.sessionIndex)}</samlp:SessionIndex>`;
  return (
    `<samlp:LogoutRequest ${namespaces} ID="${escapeXml(parts.id)}" Version="2.0" IssueInstant="${iso(parts.now)}"` +
    `${attribute('Destination', parts.destination)} NotOnOrAfter="${iso(parts.now + 300_000)}">` +
    `${issuerElement(parts.issuer)}<saml:NameID>${escapeXml(parts.nameId)}</saml:NameID>${index}</samlp:LogoutRequest>`
  );
}

export function logoutResponse(parts: LogoutParts & { readonly inResponseTo: string }): string {
  return (
    `<samlp:LogoutResponse ${namespaces} ID="${escapeXml(parts.id)}" Version="2.0" IssueInstant="${iso(parts.now)}"` +
    `${attribute('Destination', parts.destination)}${attribute('InResponseTo', parts.inResponseTo)}>` +
    `${issuerElement(parts.issuer)}<samlp:Status><samlp:StatusCode Value="${success}"/></samlp:Status></samlp:LogoutResponse>`
  );
}

/** `certificates`: base64 DER, the current one first; two while a key is being exchanged. */
function keyDescriptors(certificates: readonly string[]): string {
  return certificates
    .map(
      (certificate) =>
        `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="${signatureNs}"><ds:X509Data><ds:X509Certificate>` +
        `${escapeXml(certificate)}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`,
    )
    .join('');
}

const endpoint = (name: string, binding: string, location: string, more = '') =>
  `<md:${name} Binding="${binding}" Location="${escapeXml(location)}"${more}/>`;

/** Metadata of a service provider: one consumer service per address. */
export function spMetadata(parts: {
  readonly entityId: string;
  readonly acsUrls: readonly string[];
  readonly sloUrls: readonly string[];
  readonly certificates: readonly string[];
}): string {
  const consumers = parts.acsUrls.map((url, at) =>
    endpoint('AssertionConsumerService', postBinding, url, ` index="${at}"${at === 0 ? ' isDefault="true"' : ''}`),
  );
  const logouts = parts.sloUrls.flatMap((url) =>
    [redirectBinding, postBinding].map((binding) => endpoint('SingleLogoutService', binding, url)),
  );
  return (
    `<md:EntityDescriptor xmlns:md="${metadataNs}" entityID="${escapeXml(parts.entityId)}">` +
    `<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" protocolSupportEnumeration="${protocolNs}">` +
    `${keyDescriptors(parts.certificates)}${logouts.join('')}${consumers.join('')}</md:SPSSODescriptor></md:EntityDescriptor>`
  );
}

/** Metadata of an identity provider. */
export function idpMetadata(parts: {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly sloUrl?: string;
  readonly certificates: readonly string[];
}): string {
  const bindings = [redirectBinding, postBinding];
  const sso = bindings.map((binding) => endpoint('SingleSignOnService', binding, parts.ssoUrl));
  const { sloUrl } = parts;
  const slo = sloUrl ? bindings.map((binding) => endpoint('SingleLogoutService', binding, sloUrl)) : [];
  return (
    `<md:EntityDescriptor xmlns:md="${metadataNs}" entityID="${escapeXml(parts.entityId)}">` +
    `<md:IDPSSODescriptor protocolSupportEnumeration="${protocolNs}">${keyDescriptors(parts.certificates)}` +
    `${slo.join('')}${sso.join('')}</md:IDPSSODescriptor></md:EntityDescriptor>`
  );
}
