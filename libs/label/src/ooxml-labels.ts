// Office Open XML: LabelInfo first, custom properties for the sites it does not claim (MS-OFFCRYPTO 2.6.3).
import { corrupt } from './label-error.ts';
import { type LabelInfo, readLabelInfo } from './label-info.ts';
import { type FoundLabel, labelsOf, normaliseGuid, type Property } from './msip.ts';
import { customTypes, labelInfoType, resolveTarget } from './ooxml-package.ts';
import type { LabelFormat } from './read.ts';
import { attribute, walkXml } from './xml.ts';
import { isZip, openZip, type ZipPackage } from './zip.ts';

const userDefined = 'd5cdd505-2e9c-101b-9397-08002b2cf9ae';

/** The first part a package relationship of one of these types points at: by type, as names may be anything. */
function targets(zip: ZipPackage, types: readonly string[]): string[] {
  const found: string[] = [];
  walkXml(zip.part('_rels/.rels'), {
    open(element) {
      const target = attribute(element, 'Target');
      const internal = attribute(element, 'TargetMode') !== 'External';
      if (element.local === 'Relationship' && target && internal && types.includes(attribute(element, 'Type') ?? '')) {
        found.push(resolveTarget(target));
      }
    },
  });
  return found;
}

/** Custom document properties, values as text. */
export function customProperties(xml: Uint8Array): Property[] {
  const properties: Property[] = [];
  let name: string | undefined;
  let value = '';
  walkXml(xml, {
    open(element) {
      if (element.local !== 'property') return;
      name = normaliseGuid(attribute(element, 'fmtid') ?? '') === userDefined ? attribute(element, 'name') : undefined;
      value = '';
    },
    close(element, text) {
      if (element.local !== 'property') value += text;
      else if (name !== undefined) properties.push({ name, value });
    },
  });
  return properties;
}

function merge(info: LabelInfo, properties: readonly Property[]): FoundLabel[] {
  const custom = labelsOf(properties);
  // LabelInfo has no names; where both places agree on the label, the property's name is worth having.
  const named = info.labels.map((label) => {
    const name = custom.find((other) => other.id === label.id && other.siteId === label.siteId)?.name;
    return name ? { ...label, name } : label;
  });
  return [...named, ...custom.filter(({ siteId }) => siteId === undefined || !info.claimedSites.has(siteId))];
}

export const ooxmlFormat: LabelFormat = {
  name: 'ooxml',
  matches: isZip,
  read(source, { inflate }) {
    const zip = openZip(source, inflate);
    // Any other archive: what it carries inside is for the content scan.
    if (!zip.has('[Content_Types].xml')) return { state: 'none', labels: [] };
    if (zip.ambiguous) return corrupt('part names');
    const infos = targets(zip, [labelInfoType]).map((name) => readLabelInfo(zip.part(name)));
    const info = {
      labels: infos.flatMap(({ labels }) => labels),
      claimedSites: new Set(infos.flatMap(({ claimedSites }) => [...claimedSites])),
    };
    const properties = targets(zip, customTypes).flatMap((name) => customProperties(zip.part(name)));
    const labels = merge(info, properties);
    return { state: labels.length > 0 ? 'labelled' : 'none', labels };
  },
};
