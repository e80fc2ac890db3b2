// Writes a label into Office Open XML: LabelInfo and custom properties (MS-OFFCRYPTO 2.6.3), nothing else.
import { corrupt } from './label-error.ts';
import { normaliseGuid, type Property, propertiesOfSites } from './msip.ts';
import { customTypes, labelInfoType, type PackageDraft } from './ooxml-package.ts';
import { type LabelRanks, type LabelStamp, stampProperties } from './stamp.ts';
import {
  appendChild,
  applyEdits,
  attributeOf,
  type Edit,
  escapeXml,
  type Located,
  locateElements,
  prependChild,
  removal,
} from './xml-elements.ts';

const labelNamespace = 'http://schemas.microsoft.com/office/2020/mipLabelMetadata';
const propertiesNamespace = 'http://schemas.openxmlformats.org/officeDocument/2006/custom-properties';
const variantTypes = 'http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes';
const userDefined = '{D5CDD505-2E9C-101B-9397-08002B2CF9AE}';
const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const infoPart = 'docMetadata/LabelInfo.xml';
const customPart = 'docProps/custom.xml';

/** Where the label goes: `only` LabelInfo, `custom` properties only, or both. */
export type LabelPlaces = 'both' | 'only' | 'custom';

/** Puts the label in; parts that say nothing of labels stay untouched. */
export function writeOoxmlLabel(
  draft: PackageDraft,
  stamp: LabelStamp,
  ranks: LabelRanks,
  places: LabelPlaces = 'both',
): void {
  const info = draft.relations().find(({ type }) => type === labelInfoType)?.target;
  const claimed = info !== undefined && claimsSite(draft.text(info), ranks.sites);
  if (places !== 'custom' || claimed) writeInfo(draft, info, stamp, ranks);
  // Where LabelInfo speaks for us already, the older place must not say anything else.
  writeCustom(draft, places === 'only' || claimed ? [] : stampProperties(stamp), ranks);
}

const isLabel = (element: Located) => element.uri === labelNamespace && element.local === 'label';
const siteOf = (element: Located) => normaliseGuid(attributeOf(element, 'siteId') ?? '');

function claimsSite(text: string, sites: ReadonlySet<string>): boolean {
  return locateElements(text).some((element) => isLabel(element) && sites.has(siteOf(element)));
}

function labelXml(stamp: LabelStamp): string {
  const { id, siteId, contentBits } = stamp;
  return `<clbl:label xmlns:clbl="${labelNamespace}" id="{${id}}" enabled="1" method="Standard" siteId="{${siteId}}" contentBits="${contentBits}" removed="0"/>`;
}

function writeInfo(draft: PackageDraft, part: string | undefined, stamp: LabelStamp, ranks: LabelRanks): void {
  if (part === undefined) {
    const name = freeName(draft, infoPart);
    draft.set(name, `${declaration}<clbl:labelList xmlns:clbl="${labelNamespace}">${labelXml(stamp)}</clbl:labelList>`);
    draft.declare(name, 'application/vnd.ms-office.classificationlabels+xml');
    draft.relate('_rels/.rels', labelInfoType, `/${name}`);
    return;
  }
  const text = draft.text(part);
  const elements = locateElements(text);
  const root = elements[0] ?? corrupt('LabelInfo');
  const ours = elements.filter((element) => isLabel(element) && ranks.sites.has(siteOf(element)));
  // Labels come before the list's extLst.
  draft.set(part, applyEdits(text, [...ours.map(removal), prependChild(text, root, labelXml(stamp))]));
}

/** The custom properties and where they lie. */
function customProperties(text: string): { root: Located; rows: { element: Located; property: Property }[] } {
  const elements = locateElements(text);
  const rows = elements
    .filter(({ local, parent }) => local === 'property' && parent === elements[0])
    .map((element) => {
      const value = elements.find(({ parent }) => parent === element);
      return { element, property: { name: attributeOf(element, 'name') ?? '', value: value?.text ?? '' } };
    });
  return { root: elements[0] ?? corrupt('custom properties'), rows };
}

function writeCustom(draft: PackageDraft, properties: readonly Property[], ranks: LabelRanks): void {
  const part = draft.relations().find(({ type }) => customTypes.includes(type))?.target;
  if (part === undefined) {
    if (properties.length > 0) createCustom(draft, properties);
    return;
  }
  const text = draft.text(part);
  const { root, rows } = customProperties(text);
  const old = propertiesOfSites(
    rows.map(({ property }) => property),
    ranks.sites,
  );
  const removed = rows.filter(({ property }) => old.has(property.name));
  const edits: Edit[] = removed.map(({ element }) => removal(element));
  const last = Math.max(1, ...rows.map(({ element }) => Number(attributeOf(element, 'pid') ?? 1)));
  if (properties.length > 0) edits.push(appendChild(text, root, propertiesXml(properties, last + 1, root.uri)));
  if (edits.length > 0) draft.set(part, applyEdits(text, edits));
}

function createCustom(draft: PackageDraft, properties: readonly Property[]): void {
  const name = freeName(draft, customPart);
  const rows = propertiesXml(properties, 2, propertiesNamespace);
  draft.set(name, `${declaration}<Properties xmlns="${propertiesNamespace}">${rows}</Properties>`);
  draft.declare(name, 'application/vnd.openxmlformats-officedocument.custom-properties+xml');
  draft.relate('_rels/.rels', customTypes[0] ?? '', name);
}

function propertiesXml(properties: readonly Property[], firstPid: number, uri: string): string {
  const types = uri.startsWith('http://purl.oclc.org/')
    ? 'http://purl.oclc.org/ooxml/officeDocument/docPropsVTypes'
    : variantTypes;
  return properties
    .map(
      ({ name, value }, i) =>
        `<property xmlns="${uri}" fmtid="${userDefined}" pid="${firstPid + i}" name="${escapeXml(name)}"><vt:lpwstr xmlns:vt="${types}">${escapeXml(value)}</vt:lpwstr></property>`,
    )
    .join('');
}

/** A part of that name which nothing points at is somebody else's. */
function freeName(draft: PackageDraft, wanted: string): string {
  const dot = wanted.lastIndexOf('.');
  let name = wanted;
  for (let i = 2; draft.has(name); i++) name = `${wanted.slice(0, dot)}${i}${wanted.slice(dot)}`;
  return name;
}
