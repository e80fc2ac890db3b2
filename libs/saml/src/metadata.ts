// Metadata of a foreign party, read so that what it leaves open is a fault and never a default (metadata 2.0).
import { assertionNs, metadataNs, postBinding, redirectBinding, signatureNs } from './names.ts';
import { attributeOf, childOf, childrenOf, descendantsOf, parseXml, textOf, type XmlElement, XmlError } from './xml.ts';

export type MetadataProblem = { readonly element: string; readonly message: string };
export type IdpMetadata = {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly sloUrl?: string;
  /** Base64 DER, without white space. */
  readonly certificates: readonly string[];
  /** Names of the attributes it says it sends. */
  readonly attributes: readonly string[];
};
export type SpMetadata = {
  readonly entityId: string;
  readonly acsUrls: readonly string[];
  readonly sloUrl?: string;
  readonly certificates: readonly string[];
};
export type Read<T> =
  | { readonly type: 'read'; readonly value: T }
  | { readonly type: 'refused'; readonly problems: readonly MetadataProblem[] };

const longestMetadata = 1_000_000;

/**
 * Identity provider metadata. Every fault is named with its element: a DTD, no or several entities, no certificate, a
 * KeyDescriptor that does not say what it is for, an endpoint without TLS. `plainHttp` names hosts that may do without.
 */
export function readIdpMetadata(xml: string, plainHttp: (host: string) => boolean = () => false): Read<IdpMetadata> {
  return read(xml, 'IDPSSODescriptor', (entityId, role, problems) => {
    const ssoUrl = endpointOf(role, 'SingleSignOnService', [redirectBinding], plainHttp, problems);
    if (!ssoUrl)
      problems.push({ element: 'SingleSignOnService', message: 'an HTTP-Redirect sign-on address is needed' });
    const sloUrl = endpointOf(role, 'SingleLogoutService', [redirectBinding], plainHttp, problems);
    const certificates = certificatesOf(role, problems);
    if (certificates.length === 0)
      problems.push({ element: 'KeyDescriptor', message: 'there is no certificate with use="signing"' });
    const names = childrenOf(role, assertionNs, 'Attribute').map((each) => attributeOf(each, 'Name') ?? '');
    return {
      entityId,
      ssoUrl: ssoUrl ?? '',
      ...(sloUrl ? { sloUrl } : {}),
      certificates,
      attributes: names.filter(Boolean),
    };
  });
}

/** Service provider metadata of an app; its certificates are optional, its consumer services are not. */
export function readSpMetadata(xml: string, plainHttp: (host: string) => boolean = () => false): Read<SpMetadata> {
  return read(xml, 'SPSSODescriptor', (entityId, role, problems) => {
    const consumers = childrenOf(role, metadataNs, 'AssertionConsumerService');
    const posts = consumers.filter((each) => attributeOf(each, 'Binding') === postBinding);
    const acsUrls = posts.flatMap((each) => locationOf(each, plainHttp, problems) ?? []);
    if (acsUrls.length === 0)
      problems.push({ element: 'AssertionConsumerService', message: 'an HTTP-POST consumer address is needed' });
    const sloUrl = endpointOf(role, 'SingleLogoutService', [redirectBinding], plainHttp, problems);
    return { entityId, acsUrls, ...(sloUrl ? { sloUrl } : {}), certificates: certificatesOf(role, problems) };
  });
}

function read<T>(
  xml: string,
  roleName: string,
  build: (entityId: string, role: XmlElement, problems: MetadataProblem[]) => T,
): Read<T> {
  try {
    const root = parseXml(xml.replace(/^\ufeff/, ''), { characters: longestMetadata, comments: 'ignore' });
    if (root.local !== 'EntityDescriptor' || root.namespace !== metadataNs)
      throw new XmlError(root.local, 'one EntityDescriptor is needed, not a collection and not another document');
    const problems: MetadataProblem[] = [];
    const entityId = attributeOf(root, 'entityID')?.trim() ?? '';
    if (!entityId || entityId.length > 1024)
      problems.push({ element: 'EntityDescriptor', message: 'the entityID is missing or too long' });
    const role = childOf(root, metadataNs, roleName);
    if (!role) throw new XmlError(roleName, `there is no ${roleName}`);
    const value = build(entityId, role, problems);
    return problems.length > 0 ? { type: 'refused', problems } : { type: 'read', value };
  } catch (error) {
    const known = error instanceof XmlError;
    const problem = known
      ? { element: error.element || 'document', message: error.message }
      : { element: 'document', message: 'it cannot be read' };
    return { type: 'refused', problems: [problem] };
  }
}

function endpointOf(
  role: XmlElement,
  name: string,
  bindings: readonly string[],
  plainHttp: (host: string) => boolean,
  problems: MetadataProblem[],
): string | undefined {
  const all = childrenOf(role, metadataNs, name);
  const urls = all.map((each) => ({
    binding: attributeOf(each, 'Binding') ?? '',
    url: locationOf(each, plainHttp, problems),
  }));
  return urls.find(({ binding, url }) => url !== undefined && bindings.includes(binding))?.url;
}

function locationOf(
  element: XmlElement,
  plainHttp: (host: string) => boolean,
  problems: MetadataProblem[],
): string | undefined {
  const text = attributeOf(element, 'Location') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const safe = url && (url.protocol === 'https:' || (url.protocol === 'http:' && plainHttp(url.hostname)));
  if (safe && !url.username && !url.password) return text;
  problems.push({ element: element.local, message: `${text.slice(0, 200) || 'an empty address'} is no https address` });
  return undefined;
}

function certificatesOf(role: XmlElement, problems: MetadataProblem[]): string[] {
  return childrenOf(role, metadataNs, 'KeyDescriptor').flatMap((descriptor) => {
    const use = attributeOf(descriptor, 'use');
    if (use !== 'signing' && use !== 'encryption') {
      problems.push({ element: 'KeyDescriptor', message: 'a key must say what it is for: use="signing"' });
      return [];
    }
    if (use === 'encryption') return [];
    const held = [...descendantsOf(descriptor)].filter(
      ({ local, namespace }) => local === 'X509Certificate' && namespace === signatureNs,
    );
    if (held.length === 0) problems.push({ element: 'KeyDescriptor', message: 'a signing key has no certificate' });
    return held.map((each) => textOf(each).replaceAll(/\s/g, ''));
  });
}
