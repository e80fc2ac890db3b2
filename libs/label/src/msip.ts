// `MSIP_Label_<guid>_<attribute>` metadata: how Purview sensitivity labels are written as flat properties.
// https://learn.microsoft.com/information-protection/develop/concept-mip-metadata
import type { LabelReading } from '@gatehouse/contracts/inspection';

export type FoundLabel = LabelReading['labels'][number];
/** A name and value as the file stores them, in file order. */
export type Property = { readonly name: string; readonly value: string };
type Group = { readonly id: string; readonly attributes: ReadonlyMap<string, string> };

/** Lower case, without braces: GUIDs compare equal however they are written. */
export function normaliseGuid(text: string): string {
  return text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();
}

const propertyName = /^MSIP_Label_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})_(\w{1,64})$/i;

function groupsOf(properties: readonly Property[]): Group[] {
  const groups = new Map<string, Map<string, string>>();
  for (const { name, value } of properties) {
    const match = propertyName.exec(name);
    if (!match?.[1] || !match[2]) continue;
    const id = match[1].toLowerCase();
    const attributes = groups.get(id) ?? new Map<string, string>();
    attributes.set(match[2].toLowerCase(), value.trim());
    groups.set(id, attributes);
  }
  return [...groups].map(([id, attributes]) => ({ id, attributes }));
}

/** Milliseconds; accepts `Z`, `-0800` and fractions of seven digits. */
export function parseSetDate(text: string | undefined): number | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text ?? '');
  if (!match) return undefined;
  const zone = (match[3] ?? 'Z').replace(/^([+-]\d\d)(\d\d)$/, '$1:$2');
  const time = Date.parse(`${match[1]}${(match[2] ?? '').slice(0, 4)}${zone}`);
  return Number.isNaN(time) ? undefined : time;
}

/** The later of two groups for one site; without two dates the one that comes last in the file. */
function later(first: Group, second: Group): Group {
  const [a, b] = [first, second].map((group) => parseSetDate(group.attributes.get('setdate')));
  return a !== undefined && b !== undefined && a > b ? first : second;
}

function toLabel({ id, attributes }: Group): FoundLabel {
  const site = attributes.get('siteid');
  const name = attributes.get('name');
  const method = attributes.get('method');
  return {
    id,
    ...(site ? { siteId: normaliseGuid(site) } : {}),
    ...(name ? { name } : {}),
    ...(method ? { method } : {}),
  };
}

/**
 * The labels applied by a file's properties: one per organisation (site). A group a sibling names as its parent is not
 * the label; `Enabled=false` is not applied. Groups without a SiteId share one bucket.
 */
export function labelsOf(properties: readonly Property[]): FoundLabel[] {
  const enabled = groupsOf(properties).filter(({ attributes }) => attributes.get('enabled')?.toLowerCase() !== 'false');
  const parents = new Set(enabled.map(({ attributes }) => normaliseGuid(attributes.get('parent') ?? '')));
  const bySite = new Map<string, Group>();
  for (const group of enabled.filter(({ id }) => !parents.has(id))) {
    const site = normaliseGuid(group.attributes.get('siteid') ?? '');
    const rival = bySite.get(site);
    bySite.set(site, rival ? later(rival, group) : group);
  }
  return [...bySite.values()].map(toLabel);
}

/** Names of the properties that speak for one of `sites`: every attribute of every group with such a SiteId. */
export function propertiesOfSites(properties: readonly Property[], sites: ReadonlySet<string>): Set<string> {
  const groups = groupsOf(properties).filter(({ attributes }) =>
    sites.has(normaliseGuid(attributes.get('siteid') ?? '')),
  );
  const ids = new Set(groups.map(({ id }) => id));
  const names = properties.map(({ name }) => name);
  return new Set(names.filter((name) => ids.has(propertyName.exec(name)?.[1]?.toLowerCase() ?? '')));
}
