import { type Catalogue, catalogueBucket } from '@gatehouse/contracts/catalogue';
import type { Messaging } from '@gatehouse/messaging/messaging';

export class CatalogueClient {
  private value: Catalogue | undefined;

  async watch(messaging: Messaging): Promise<void> {
    const bucket = await messaging.bucket(catalogueBucket);
    await bucket.watch((key, value) => {
      // A vanished catalogue is a fault of the store, not a wish: the last one stays.
      if (key === 'current' && value) this.value = value;
    });
  }

  /** The latest catalogue; undefined until the portal has published one. */
  current(): Catalogue | undefined {
    return this.value;
  }
}
