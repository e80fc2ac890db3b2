import { type Catalogue, catalogueBucket } from '@gatehouse/contracts/catalogue';
import { type ClientFacts, type Country, createClientFacts } from '@gatehouse/enforcement/client-facts';
import type { Messaging } from '@gatehouse/messaging/messaging';

export class CatalogueClient {
  private readonly country: Country;
  private value: Catalogue | undefined;
  /** Facts of a client by the ranges of the catalogue at hand. */
  clientFacts: ClientFacts;

  constructor(country: Country) {
    this.country = country;
    this.clientFacts = createClientFacts([], country);
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
    this.clientFacts = createClientFacts(catalogue.ipRanges, this.country);
  }

  /** The latest catalogue; undefined until the portal has published one. */
  current(): Catalogue | undefined {
    return this.value;
  }
}
