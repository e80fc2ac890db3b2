// The signed policy snapshot from KV, kept ready for the minutes in which the PDP is away.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { DecisionAnswer, DecisionRequest } from '@gatehouse/contracts/decision';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { compile } from '@gatehouse/policy/compile';
import { evaluate } from '@gatehouse/policy/evaluate';
import { readSnapshot, type SignedSnapshot } from '@gatehouse/policy/snapshot';

export type SnapshotDecision =
  | { readonly type: 'decided'; readonly answer: DecisionAnswer }
  | { readonly type: 'none' }
  | { readonly type: 'broken' };

export class SnapshotClient {
  private readonly publicKey: KeyObject | undefined;
  private signed: SignedSnapshot | undefined;
  private read: { readonly signed: SignedSnapshot; readonly policies: readonly StoredPolicy[] | undefined } | undefined;
  constructor(publicKey: string | undefined) {
    this.publicKey = publicKey === undefined ? undefined : readPublicKey(publicKey);
  }

  async watch(messaging: Messaging): Promise<void> {
    const bucket = await messaging.bucket(snapshotBucket);
    await bucket.watch((key, value) => {
      // What does not fit the contract arrives as absent: the last good one stays and ages out.
      if (key === 'current' && value) this.signed = value;
    });
  }

  /** The policies in force, report-only ones included; undefined where no snapshot can be trusted. */
  policies(now: number): readonly StoredPolicy[] | undefined {
    const { publicKey, signed } = this;
    if (!publicKey || !signed) return undefined;
    if (this.read?.signed !== signed) {
      const reading = readSnapshot(signed, { verify: (each) => verifies(publicKey, each), now });
      this.read = { signed, policies: reading.type === 'snapshot' ? reading.policies : undefined };
    }
    return this.read.policies;
  }

  /** Decides from the snapshot. `none`: absent, too old or no key is configured; `broken`: not what the PDP signed. */
  decide(request: DecisionRequest, now: number): SnapshotDecision {
    const { publicKey, signed } = this;
    if (!publicKey || !signed) return { type: 'none' };
    try {
      const reading = readSnapshot(signed, { verify: (each) => verifies(publicKey, each), now });
      if (reading.type === 'refused') return { type: reading.cause === 'expired' ? 'none' : 'broken' };
      const evaluation = evaluate(compile(reading.policies), request);
      const { version: snapshotVersion } = reading;
      const { decisionId } = request;
      if (evaluation.type === 'needs') return { type: 'broken' };
      return { type: 'decided', answer: { ...evaluation, decisionId, stale: true, snapshotVersion, evaluationMs: 0 } };
    } catch {
      return { type: 'broken' };
    }
  }
}

function verifies(key: KeyObject, signed: SignedSnapshot): boolean {
  return verify(null, Buffer.from(signed.payload, 'utf8'), key, Buffer.from(signed.signature, 'base64url'));
}

/** SPKI as PEM or base64, or the 32 raw bytes as base64url. */
function readPublicKey(text: string): KeyObject {
  if (text.includes('BEGIN')) return createPublicKey(text);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 32)
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
}
