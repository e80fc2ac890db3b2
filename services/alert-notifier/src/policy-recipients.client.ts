// Limits and recipients of the policies in force, from the snapshot that policy-decision publishes.
import type { AlertSettings } from '@gatehouse/contracts/policy';
import { storedPolicySchema } from '@gatehouse/contracts/policy';
import { snapshotBucket, snapshotPayloadSchema } from '@gatehouse/contracts/snapshot';
import type { Messaging } from '@gatehouse/messaging/messaging';

export type AlertSettingsOf = (policyId: string) => AlertSettings | undefined;

/** Alert settings by policy id; policies this version cannot read are left out and fall back to the defaults. */
export function readSettings(payload: string): Map<string, AlertSettings> {
  const { policies } = snapshotPayloadSchema.parse(JSON.parse(payload));
  return new Map(
    policies.flatMap((policy) => {
      const stored = storedPolicySchema.safeParse(policy).data;
      return stored === undefined ? [] : [[stored.id, stored.policy.alerts] as const];
    }),
  );
}

/** Watches the snapshot; resolves when the present one is known. A broken snapshot leaves the last good one. */
export async function watchSettings(messaging: Messaging, onError: (error: unknown) => void): Promise<AlertSettingsOf> {
  let settings = new Map<string, AlertSettings>();
  const bucket = await messaging.bucket(snapshotBucket);
  await bucket.watch((key, value) => {
    if (key !== 'current' || value === undefined) return;
    try {
      settings = readSettings(value.payload);
    } catch (error) {
      onError(error);
    }
  });
  return (policyId) => settings.get(policyId);
}
