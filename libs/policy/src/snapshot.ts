// The signed policy snapshot: what the PDP signs and what a PEP may decide from while the PDP is unreachable.
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';
import { type SnapshotPayload, snapshotMaxAgeMs, snapshotPayloadSchema } from '@gatehouse/contracts/snapshot';
import { z } from 'zod';

export type SignedSnapshot = { readonly payload: string; readonly signature: string; readonly keyId: string };

export type SnapshotReading =
  | {
      readonly type: 'snapshot';
      readonly version: number;
      readonly issuedAt: string;
      readonly policies: readonly StoredPolicy[];
    }
  | { readonly type: 'refused'; readonly cause: 'signature' | 'malformed' | 'expired' };

/** Strict: what a newer version adds could restrict, so it is refused and not overlooked. */
const snapshotPolicySchema = z.strictObject(storedPolicySchema.shape);

/** Clocks of PDP and PEP may differ by this much. */
const clockSkewMs = 60_000;

/** The text to sign. Disabled policies are left out: nothing decides from them. */
export function encodeSnapshot(snapshot: {
  readonly version: number;
  readonly issuedAt: string;
  readonly policies: readonly StoredPolicy[];
}): string {
  const policies = snapshot.policies.filter(({ policy }) => policy.state !== 'disabled');
  return JSON.stringify({ version: snapshot.version, issuedAt: snapshot.issuedAt, policies } satisfies SnapshotPayload);
}

/**
 * Checks and decodes a snapshot. `verify` checks the Ed25519 signature (base64url) over the UTF-8 bytes of the
 * payload with the key it trusts; nothing is parsed before it says yes. `now` in milliseconds since the epoch.
 * `malformed` and `signature` are the broken answers of SPEC section 11, `expired` is an unreachable PDP.
 */
export function readSnapshot(
  signed: SignedSnapshot,
  options: { readonly verify: (signed: SignedSnapshot) => boolean; readonly now: number },
): SnapshotReading {
  const reading = openSnapshot(signed, options.verify);
  if (reading.type === 'refused' || isCurrent(reading.issuedAt, options.now)) return reading;
  return { type: 'refused', cause: 'expired' };
}

/** {@link readSnapshot} without the age, for readers that open a snapshot once and look at its age each time. */
export function openSnapshot(signed: SignedSnapshot, verify: (signed: SignedSnapshot) => boolean): SnapshotReading {
  if (!verify(signed)) return { type: 'refused', cause: 'signature' };
  const decoded = decode(signed.payload);
  return decoded === undefined ? { type: 'refused', cause: 'malformed' } : { type: 'snapshot', ...decoded };
}

/** Whether a snapshot issued then may still be decided from: 15 minutes, and not from the future. */
export function isCurrent(issuedAt: string, now: number): boolean {
  const age = now - Date.parse(issuedAt);
  return age <= snapshotMaxAgeMs && age >= -clockSkewMs;
}

function decode(payload: string) {
  try {
    const { version, issuedAt, policies } = snapshotPayloadSchema.parse(JSON.parse(payload));
    return { version, issuedAt, policies: policies.map((policy) => snapshotPolicySchema.parse(policy)) };
  } catch {
    // Whatever is wrong with it, the answer is the same: it is not a snapshot.
    return undefined;
  }
}
