// The labels of the catalogue, kept current, with their ranks.
import { catalogueBucket } from '@gatehouse/contracts/catalogue';
import type { Label } from '@gatehouse/contracts/label';
import type { LabelRanks } from '@gatehouse/label/stamp';
import type { Messaging } from '@gatehouse/messaging/messaging';

export type LabelCatalogue = { labels(): readonly Label[]; ranks(): LabelRanks };

/** Ours are all sites our labels or their external twins belong to. */
export function ranksOf(labels: readonly Label[]): LabelRanks {
  const ids = labels.flatMap(({ id, siteId, priority, externalIds }) =>
    [{ id, siteId }, ...externalIds].map((one) => ({ ...one, priority })),
  );
  return {
    sites: new Set(ids.map(({ siteId }) => siteId)),
    priorities: new Map(ids.map(({ id, priority }) => [id, priority])),
  };
}

export async function followLabels(messaging: Pick<Messaging, 'bucket'>): Promise<LabelCatalogue> {
  let labels: readonly Label[] = [];
  let ranks = ranksOf(labels);
  const bucket = await messaging.bucket(catalogueBucket);
  await bucket.watch((key, value) => {
    if (key !== 'current') return;
    labels = value?.labels ?? [];
    ranks = ranksOf(labels);
  });
  return { labels: () => labels, ranks: () => ranks };
}
