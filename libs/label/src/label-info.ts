// The LabelInfo part (MS-OFFCRYPTO 2.6.3): labels with the organisation each speaks for.
import { type FoundLabel, normaliseGuid } from './msip.ts';
import { attribute, type Element, walkXml } from './xml.ts';

const namespace = 'http://schemas.microsoft.com/office/2020/mipLabelMetadata';
export type LabelInfo = {
  readonly labels: readonly FoundLabel[];
  /** Sites LabelInfo speaks for, also where it says the label was removed: older places do not count for them. */
  readonly claimedSites: ReadonlySet<string>;
};

const isTrue = (value: string | undefined) => value === '1' || value?.toLowerCase() === 'true';

function toLabel(element: Element, site: string): FoundLabel {
  const method = attribute(element, 'method');
  const id = normaliseGuid(attribute(element, 'id') ?? '');
  return { id, ...(site ? { siteId: site } : {}), ...(method ? { method } : {}) };
}

/** Parses LabelInfo XML; throws when it is not well-formed. */
export function readLabelInfo(xml: Uint8Array): LabelInfo {
  const labels: FoundLabel[] = [];
  const claimedSites = new Set<string>();
  walkXml(xml, {
    open(element) {
      if (element.uri !== namespace || element.local !== 'label') return;
      const site = normaliseGuid(attribute(element, 'siteId') ?? '');
      if (site) claimedSites.add(site);
      if (!isTrue(attribute(element, 'removed')) && isTrue(attribute(element, 'enabled')))
        labels.push(toLabel(element, site));
    },
  });
  return { labels, claimedSites };
}
