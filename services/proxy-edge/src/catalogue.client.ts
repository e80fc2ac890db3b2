// The catalogue from KV, turned into what a request needs: host codecs, apps by id, address facts.
import {
  type App,
  type Catalogue,
  catalogueBucket,
  type Settings,
  settingsSchema,
} from '@gatehouse/contracts/catalogue';
import { type ClientFacts, createClientFacts } from '@gatehouse/enforcement/client-facts';
import type { AddressSources } from '@gatehouse/facts/ip-facts';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { type BodyRewriter, createBodyRewriter } from '@gatehouse/rewrite/body';
import {
  type CatalogueDomain,
  createHostCodec,
  type HostCodec,
  hostNameProblem,
  type Scheme,
} from '@gatehouse/rewrite/host-codec';

/** One public listener: its scheme and the port that stands in URLs (undefined: the scheme's default). */
export type Listener = { readonly scheme: Scheme; readonly port: number | undefined };

export type Mapping = { readonly codec: HostCodec; readonly rewriter: BodyRewriter };

export class CatalogueClient {
  private readonly mappings = new Map<Listener, Mapping>();
  private apps = new Map<string, App>();
  private value: Catalogue | undefined;
  private signIn: readonly string[] = [];
  /** Facts of a client by the ranges of the catalogue at hand. */
  clientFacts: ClientFacts;
  private readonly suffix: string;
  private readonly sources: AddressSources;

  constructor(suffix: string, sources: AddressSources) {
    this.suffix = suffix;
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

  use(catalogue: Catalogue): void {
    this.value = catalogue;
    this.apps = new Map(catalogue.apps.filter((app) => app.enabled).map((app) => [app.id, app]));
    this.clientFacts = createClientFacts(catalogue.ipRanges, this.sources);
    this.signIn = catalogue.identityProviders.flatMap(originsIn);
    this.mappings.clear();
  }

  ready(): boolean {
    return this.value !== undefined;
  }

  app(id: string): App | undefined {
    return this.apps.get(id);
  }

  settings(): Settings {
    return this.value?.settings ?? settingsSchema.parse({});
  }

  routingRules(): Pick<Catalogue, 'assignments' | 'bypasses'> {
    return this.value ?? { assignments: [], bypasses: [] };
  }

  /** Origins of identity providers: browsers go there from any app. */
  signInOrigins(): readonly string[] {
    return this.signIn;
  }

  isSignInHost(host: string): boolean {
    return this.signIn.some((origin) => new URL(origin).hostname === host);
  }

  version(): number {
    return this.value?.version ?? 0;
  }

  /** Host mapping as seen through one listener. */
  mapping(listener: Listener): Mapping {
    const known = this.mappings.get(listener);
    if (known) return known;
    // The portal refuses bad and doubled names; should one come all the same, only that name is not served.
    const byHost = new Map<string, CatalogueDomain>();
    for (const app of this.apps.values())
      for (const domain of app.domains)
        if (hostNameProblem(domain.host, this.suffix) === undefined && !byHost.has(domain.host))
          byHost.set(domain.host, { ...domain, app: app.id });
    const domains = [...byHost.values()];
    const codec = createHostCodec({
      suffix: this.suffix,
      publicScheme: listener.scheme,
      publicPort: listener.port,
      domains,
    });
    const mapping = { codec, rewriter: createBodyRewriter(codec) };
    this.mappings.set(listener, mapping);
    return mapping;
  }
}

/** Every web origin a provider's entry names, whatever its kind. */
function originsIn(provider: Catalogue['identityProviders'][number]): string[] {
  return Object.values(provider).flatMap((value) =>
    typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value) ? [new URL(value).origin] : [],
  );
}
