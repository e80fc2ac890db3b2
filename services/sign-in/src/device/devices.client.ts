// Authorities from the catalogue and revocation lists from KV, ready to judge with.
import type { Catalogue } from '@gatehouse/contracts/catalogue';
import { type RevocationState, revocationsBucket } from '@gatehouse/contracts/device';
import { knownAuthorities } from '@gatehouse/facts/certificates/authority';
import { judgeDevice, type KnownAuthority, standingAuthorities } from '@gatehouse/facts/certificates/judge';
import { standingOf } from '@gatehouse/facts/certificates/standing';
import type { Bucket } from '@gatehouse/messaging/bucket';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { Identity } from '../identity.ts';
import { certificateTag, type DeviceProof } from './proof.ts';

export class DevicesClient {
  readonly revocations = new Map<string, RevocationState>();
  private readonly read = new WeakMap<Catalogue, Promise<readonly KnownAuthority[]>>();
  private bucket: Bucket<typeof revocationsBucket.value> | undefined;

  async watch(messaging: Messaging): Promise<void> {
    this.bucket = await messaging.bucket(revocationsBucket);
    await this.bucket.watch((key, state) => {
      // A vanished list is a fault of the store: the last one stays and ages out.
      if (state) this.revocations.set(key, state);
    });
  }

  /** Publishes what is known of one authority's list, for every edge and for this replica at once. */
  async publish(thumbprint: string, state: RevocationState): Promise<void> {
    await this.bucket?.put(thumbprint, state);
    this.revocations.set(thumbprint, state);
  }

  /** Enabled authorities, read once per catalogue. */
  authorities(catalogue: Catalogue): Promise<readonly KnownAuthority[]> {
    const known = this.read.get(catalogue) ?? knownAuthorities(catalogue.deviceAuthorities);
    this.read.set(catalogue, known);
    return known;
  }

  async judge(
    presented: readonly Uint8Array[],
    user: string | undefined,
    catalogue: Catalogue,
    now: number,
  ): Promise<DeviceProof> {
    const authorities = await this.authorities(catalogue);
    return judgeDevice(presented, { authorities, revocations: this.revocations, now, user });
  }

  /** The identity with the tag only if its certificate still holds now: it may have been revoked since it was judged. */
  async current(identity: Identity, catalogue: Catalogue, now: number): Promise<Identity> {
    const claimed = identity.deviceTags.filter((tag) => tag !== certificateTag);
    const { device } = identity;
    if (device?.type !== 'valid') return { ...identity, deviceTags: claimed };
    const known = standingAuthorities(await this.authorities(catalogue));
    const lost = standingOf(device.certificate, known, this.revocations, now);
    if (lost) return { ...identity, deviceTags: claimed, device: { type: 'refused', ...lost } };
    return { ...identity, deviceTags: [...claimed, certificateTag] };
  }
}
