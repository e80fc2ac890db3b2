// Device authorities and revocation lists in memory, so that every request can ask whether its certificate still holds.
import { X509Certificate } from 'node:crypto';
import { type Catalogue, catalogueBucket } from '@gatehouse/contracts/catalogue';
import {
  type DeviceAuthority,
  type RevocationState,
  revocationsBucket,
  type SessionCertificate,
} from '@gatehouse/contracts/device';
import { type Lost, standingOf } from '@gatehouse/facts/certificates/standing';
import type { Messaging } from '@gatehouse/messaging/messaging';

export class DevicesClient {
  private authorities = new Map<string, DeviceAuthority>();
  private readonly revocations = new Map<string, RevocationState>();
  private readonly followers = new Set<() => void>();

  async watch(messaging: Messaging): Promise<void> {
    const [catalogue, revocations] = await Promise.all([
      messaging.bucket(catalogueBucket),
      messaging.bucket(revocationsBucket),
    ]);
    await catalogue.watch((key, value) => {
      if (key === 'current' && value) this.use(value);
    });
    await revocations.watch((key, state) => {
      // A vanished list is a fault of the store: the last one stays and ages out.
      if (!state) return;
      this.revocations.set(key, state);
      this.tell();
    });
  }

  private use({ deviceAuthorities }: Catalogue): void {
    const readable = deviceAuthorities.flatMap((authority) => {
      const thumbprint = thumbprintOf(authority.certificate);
      return authority.enabled && thumbprint ? [[thumbprint, authority] as const] : [];
    });
    this.authorities = new Map(readable);
    this.tell();
  }

  private tell(): void {
    for (const follower of this.followers) follower();
  }

  /** PEM of every enabled authority. */
  certificates(): string[] {
    return [...this.authorities.values()].map(({ certificate }) => certificate);
  }

  /** Why the certificate no longer counts. */
  lost(certificate: SessionCertificate, now: number): Lost | undefined {
    return standingOf(certificate, this.authorities, this.revocations, now);
  }

  /** Calls back after every change; the answer ends that. */
  onChange(follower: () => void): () => void {
    this.followers.add(follower);
    return () => void this.followers.delete(follower);
  }
}

/** SHA-256 of a PEM certificate in hex; undefined where there is none. */
function thumbprintOf(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
  } catch {
    return undefined;
  }
}
