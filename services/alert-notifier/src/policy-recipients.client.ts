// Limits and recipients of the policies in force, from the snapshot that policy-decision publishes.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
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

function isSigned(key: KeyObject, { payload, signature }: { payload: string; signature: string }): boolean {
  return verify(null, Buffer.from(payload, 'utf8'), key, Buffer.from(signature, 'base64url'));
}

/**
 * Watches the snapshot; resolves when the present one is known. One that is broken, or that `publicKey` (PEM, Ed25519)
 * did not sign, leaves the last good one: nobody on the bus can turn alerts off or send them elsewhere.
 */
export async function watchSettings(
  messaging: Messaging,
  publicKey: string,
  onError: (error: unknown) => void,
): Promise<AlertSettingsOf> {
  const verifyingKey = createPublicKey(publicKey);
  let settings = new Map<string, AlertSettings>();
  const bucket = await messaging.bucket(snapshotBucket);
  await bucket.watch((key, value) => {
    if (key !== 'current' || value === undefined) return;
    try {
      if (!isSigned(verifyingKey, value)) throw new Error('the policy snapshot is not signed by policy-decision');
      settings = readSettings(value.payload);
    } catch (error) {
      onError(error);
    }
  });
  return (policyId) => settings.get(policyId);
}
