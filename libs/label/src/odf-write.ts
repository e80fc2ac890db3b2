// Writes a label into OpenDocument: user-defined metadata in meta.xml.
import { corrupt } from './label-error.ts';
import { type Property, propertiesOfSites } from './msip.ts';
import type { PackageDraft } from './ooxml-package.ts';
import { type LabelRanks, type LabelStamp, stampProperties } from './stamp.ts';
import { appendChild, applyEdits, attributeOf, escapeXml, locateElements, removal } from './xml-elements.ts';

const metaNamespace = 'urn:oasis:names:tc:opendocument:xmlns:meta:1.0';
const officeNamespace = 'urn:oasis:names:tc:opendocument:xmlns:office:1.0';
const manifestNamespace = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';
const manifestPart = 'META-INF/manifest.xml';
const emptyMeta = `<?xml version="1.0" encoding="UTF-8"?><office:document-meta xmlns:office="${officeNamespace}" office:version="1.3"><office:meta/></office:document-meta>`;

/** Puts the label into meta.xml, which is made and listed in the manifest where there is none. */
export function writeOdfLabel(draft: PackageDraft, stamp: LabelStamp, ranks: LabelRanks): void {
  const present = draft.has('meta.xml');
  const text = present ? draft.text('meta.xml') : emptyMeta;
  const elements = locateElements(text);
  const rows = elements
    .filter(({ uri, local }) => uri === metaNamespace && local === 'user-defined')
    .map((element) => {
      const name = attributeOf(element, 'name', metaNamespace) ?? '';
      return { element, property: { name, value: element.text } };
    });
  const old = propertiesOfSites(
    rows.map(({ property }) => property),
    ranks.sites,
  );
  const parent = elements.find(({ uri, local }) => uri === officeNamespace && local === 'meta') ?? corrupt('meta.xml');
  const removed = rows.filter(({ property }) => old.has(property.name)).map(({ element }) => removal(element));
  draft.set('meta.xml', applyEdits(text, [...removed, appendChild(text, parent, rowsXml(stampProperties(stamp)))]));
  if (!present) listMeta(draft);
}

function rowsXml(properties: readonly Property[]): string {
  return properties
    .map(
      ({ name, value }) =>
        `<meta:user-defined xmlns:meta="${metaNamespace}" meta:name="${escapeXml(name)}" meta:value-type="string">${escapeXml(value)}</meta:user-defined>`,
    )
    .join('');
}

function listMeta(draft: PackageDraft): void {
  if (!draft.has(manifestPart)) return;
  const text = draft.text(manifestPart);
  const root = locateElements(text)[0];
  const entry = `<m:file-entry xmlns:m="${manifestNamespace}" m:full-path="meta.xml" m:media-type="text/xml"/>`;
  if (root) draft.set(manifestPart, applyEdits(text, [appendChild(text, root, entry)]));
}
