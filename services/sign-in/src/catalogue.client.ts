import { type Catalogue, catalogueBucket } from '@gatehouse/contracts/catalogue';
import { type ClientFacts, createClientFacts } from '@gatehouse/enforcement/client-facts';
import type { AddressSources } from '@gatehouse/facts/ip-facts';
import type { Messaging } from '@gatehouse/messaging/messaging';

export class CatalogueClient {
  private readonly sources: AddressSources;
  private value: Catalogue | undefined;
  /** Facts of a client by the ranges of the catalogue at hand. */
  clientFacts: ClientFacts;

  constructor(sources: AddressSources) {
    this.sources = sources;
    this.clientFacts = createClientFacts([], sources);
  }

  async watch(messaging: Messaging): Promise<void> {
    const bucket = await messaging.bucket(catalogueBucket);
    await bucket.watch((key, value) => {
      // A vanished catalogue is a fault of the store, not a wish: the last one stays.
      if (key === 'current' && value) this.use(value);
    });
  }

  private use(catalogue: Catalogue): void {
    this.value = catalogue;
    this.clientFacts = createClientFacts(catalogue.ipRanges, this.sources);
  }

  /** The latest catalogue; undefined until the portal has published one. */
  current(): Catalogue | undefined {
    return this.value;
  }
}
