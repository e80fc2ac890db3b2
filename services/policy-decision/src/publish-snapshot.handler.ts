// Issues the signed snapshot that edges and sign-in decide from while this service is unreachable.
import { encodeSnapshot, readSnapshot, type SignedSnapshot } from '@gatehouse/policy/snapshot';
import type { LivePolicies } from './live-policies.ts';
import type { SnapshotSigner } from './snapshot-signer.ts';

export type SnapshotBucket = {
  readonly get: (key: string) => Promise<SignedSnapshot | undefined>;
  readonly put: (key: string, value: SignedSnapshot) => Promise<unknown>;
};

export type PublishDependencies = {
  readonly policies: LivePolicies;
  readonly bucket: SnapshotBucket;
  readonly signer: SnapshotSigner;
  readonly now: () => number;
};

const key = 'current';

/** For this long, a newer version from another instance stands although this one has not seen the change yet. */
const yieldMs = 10_000;

/** True if a snapshot was put. Stale policies are never issued as if they were fresh. */
export async function publishSnapshot({ policies, bucket, signer, now }: PublishDependencies): Promise<boolean> {
  const { epoch, policies: stored, stale } = policies.current();
  if (stale) return false;
  const published = await bucket.get(key);
  if (published !== undefined) {
    const reading = readSnapshot(published, { verify: signer.verify, now: now() });
    const newer =
      reading.type === 'snapshot' && reading.version > epoch && now() - Date.parse(reading.issuedAt) < yieldMs;
    if (newer) return false;
  }
  const payload = encodeSnapshot({ version: epoch, issuedAt: new Date(now()).toISOString(), policies: stored });
  await bucket.put(key, signer.sign(payload));
  return true;
}
