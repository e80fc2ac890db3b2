// Hosts outside the domain lists of apps, as this edge comes across them. Seldom written, for pages meet them often.
import { type DiscoveredDomain, discoveredDomainsBucket } from '@gatehouse/contracts/catalogue';
import type { Bucket } from '@gatehouse/messaging/bucket';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { Log } from '@gatehouse/service-kit/tokens';

const quietMs = 60 * 60_000;
/** Reports come from browsers and may say anything: an app gets no more new hosts than these in an hour. */
const mostPerApp = 200;
const sampleMs = 60_000;
/** What can be a key, and what a domain list could hold. */
const hostPattern = /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/;

export type Seen = Pick<DiscoveredDomain, 'app' | 'host' | 'by' | 'stopped'>;

export class DiscoveryClient {
  private bucket: Pick<Bucket<typeof discoveredDomainsBucket.value>, 'get' | 'put'> | undefined;
  private since = 0;
  private readonly known = new Map<string, Set<string>>();
  private readonly sampled = new Map<string, number>();
  private readonly log: Pick<Log, 'warn'>;

  constructor(log: Pick<Log, 'warn'>) {
    this.log = log;
  }

  async open(messaging: Messaging): Promise<void> {
    this.bucket = await messaging.bucket(discoveredDomainsBucket);
  }

  /** Notes a host; true if this edge has not met it for an hour, so that it is worth a row in the log. */
  note(seen: Seen, now: number): boolean {
    if (now - this.since > quietMs) {
      this.known.clear();
      this.since = now;
    }
    const hosts = this.known.get(seen.app) ?? new Set();
    this.known.set(seen.app, hosts);
    if (!hostPattern.test(seen.host) || hosts.has(seen.host) || hosts.size >= mostPerApp) return false;
    hosts.add(seen.host);
    this.write(seen, new Date(now).toISOString()).catch((error: unknown) => {
      hosts.delete(seen.host);
      this.log.warn({ error }, 'a discovered domain could not be noted');
    });
    return true;
  }

  private async write(seen: Seen, at: string): Promise<void> {
    const key = `${seen.app}.${seen.host}`;
    const before = await this.bucket?.get(key);
    await this.bucket?.put(key, { ...seen, firstSeen: before?.firstSeen ?? at, lastSeen: at });
  }

  /** Whether a page of the app should be asked now what it loads: one a minute tells enough. */
  sample(app: string, now: number): boolean {
    if (now - (this.sampled.get(app) ?? 0) < sampleMs) return false;
    this.sampled.set(app, now);
    return true;
  }
}
