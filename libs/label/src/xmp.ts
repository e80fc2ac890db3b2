// Labels in an XMP packet (ISO 16684-1): `MSIP_Label_*` as elements or attributes of a description.
import { corrupt } from './label-error.ts';
import { type Property, propertiesOfSites } from './msip.ts';
import {
  appendChild,
  applyEdits,
  decodeUtf8,
  type Edit,
  escapeXml,
  type Located,
  locateElements,
  removal,
} from './xml-elements.ts';

const pdfx = 'http://ns.adobe.com/pdfx/1.3/';
const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const prefix = 'MSIP_Label_';
const packet = `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="${rdf}"></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`;

/** Every `MSIP_Label_*` property of a packet, whatever its namespace. */
export function xmpLabelProperties(xmp: Uint8Array): Property[] {
  return labelPlaces(decodeUtf8(xmp)).map(({ property }) => property);
}

type Place = { readonly property: Property; readonly element: Located; readonly attribute?: string };

function labelPlaces(text: string): Place[] {
  return locateElements(text).flatMap((element) => {
    const own = element.local.startsWith(prefix)
      ? [{ property: { name: element.local, value: element.text.trim() }, element }]
      : [];
    const attributes = element.attributes
      .filter(({ local }) => local.startsWith(prefix))
      .map(({ name, local, value }) => ({ property: { name: local, value }, element, attribute: name }));
    return [...own, ...attributes];
  });
}

/**
 * The packet with `properties` written and what it said for `sites` taken out; everything else stays as it is. Without a
 * packet a small one is made.
 */
export function writeXmp(
  xmp: Uint8Array | undefined,
  properties: readonly Property[],
  sites: ReadonlySet<string>,
): Uint8Array {
  const text = xmp ? decodeUtf8(xmp) : packet;
  const places = labelPlaces(text);
  const old = propertiesOfSites(
    places.map(({ property }) => property),
    sites,
  );
  const edits = places.filter(({ property }) => old.has(property.name)).map((place) => removalOf(text, place));
  const root = locateElements(text).find(({ uri, local }) => uri === rdf && local === 'RDF') ?? corrupt('XMP packet');
  const rows = properties.map(({ name, value }) => `<pdfx:${name}>${escapeXml(value)}</pdfx:${name}>`).join('');
  const description = `<rdf:Description xmlns:rdf="${rdf}" rdf:about="" xmlns:pdfx="${pdfx}">${rows}</rdf:Description>`;
  return new TextEncoder().encode(applyEdits(text, [...edits, appendChild(text, root, description)]));
}

function removalOf(text: string, { element, attribute }: Place): Edit {
  if (attribute === undefined) return removal(element);
  const tag = text.slice(element.start, element.openEnd);
  const match = new RegExp(`\\s${attribute}\\s*=\\s*(?:"[^"]*"|'[^']*')`).exec(tag) ?? corrupt('XMP attribute');
  return { at: element.start + match.index, remove: match[0].length, insert: '' };
}
