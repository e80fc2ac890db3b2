// Puts the whole catalogue where edges, sign-in and the PDP watch it.
import type { Catalogue } from '@gatehouse/contracts/catalogue';

/** What the publisher needs of the outside. */
export type CatalogueEffects = {
  readonly read: () => Promise<Catalogue>;
  readonly version: () => Promise<number>;
  readonly put: (catalogue: Catalogue) => Promise<void>;
  readonly published: () => Promise<Catalogue | undefined>;
  readonly failed: (error: unknown) => void;
};

export type CataloguePublisher = {
  /** Publishes what is committed. Never throws: what fails is repeated by `reconcile`. */
  readonly publish: () => Promise<void>;
  /** Publishes if the bucket is behind: at start, and regularly, as a crash can fall between commit and put. */
  readonly reconcile: () => Promise<void>;
};

export const catalogueKey = 'current';

export function cataloguePublisher(effects: CatalogueEffects): CataloguePublisher {
  let tail: Promise<void> = Promise.resolve();

  // Another replica may put an older value after ours, so the version is looked at again after each put.
  async function putUntilCurrent(): Promise<void> {
    for (;;) {
      const catalogue = await effects.read();
      await effects.put(catalogue);
      if ((await effects.version()) === catalogue.version) return;
    }
  }

  function inOrder(step: () => Promise<void>): Promise<void> {
    tail = tail.then(step).catch(effects.failed);
    return tail;
  }

  return {
    publish: () => inOrder(putUntilCurrent),
    reconcile: () =>
      inOrder(async () => {
        const published = await effects.published();
        if (published?.version !== (await effects.version())) await putUntilCurrent();
      }),
  };
}
