// The signed policy snapshot from KV, kept ready for the minutes in which the PDP is away.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { DecisionAnswer, DecisionRequest } from '@gatehouse/contracts/decision';
import { snapshotBucket, snapshotMaxAgeMs } from '@gatehouse/contracts/snapshot';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { type CompiledPolicies, compile } from '@gatehouse/policy/compile';
import { type Evaluation, evaluate } from '@gatehouse/policy/evaluate';
import { readSnapshot, type SignedSnapshot, type SnapshotReading } from '@gatehouse/policy/snapshot';

export type SnapshotDecision =
  | { readonly type: 'decided'; readonly answer: DecisionAnswer }
  | { readonly type: 'none' }
  | { readonly type: 'broken' };

export class SnapshotClient {
  private readonly publicKey: KeyObject | undefined;
  private signed: SignedSnapshot | undefined;
  private read: Read | undefined;
  constructor(publicKey: string | undefined) {
    this.publicKey = publicKey === undefined ? undefined : readPublicKey(publicKey);
  }

  async watch(messaging: Messaging): Promise<void> {
    const bucket = await messaging.bucket(snapshotBucket);
    await bucket.watch((key, value) => {
      // What does not fit the contract arrives as absent: the last good one stays and ages out.
      if (key !== 'current' || !value) return;
      this.signed = value;
      this.read = undefined;
    });
  }

  /** Version of the snapshot at hand; 0: none that could be trusted. */
  version(): number {
    const { reading } = this.current(Date.now());
    return reading.type === 'snapshot' ? reading.version : 0;
  }

  /** Whether a policy controls downloads of this app; unknown counts as yes. */
  controlsDownloads(app: string, now: number): boolean {
    const { reading, compiled } = this.current(now);
    return reading.type !== 'snapshot' || compiled.download.some(({ apps }) => apps === undefined || apps.has(app));
  }

  /** What policies say of something that only is recorded; no answer where there is no snapshot. */
  observe(request: DecisionRequest, now: number): Evaluation | undefined {
    const { reading, compiled } = this.current(now);
    return reading.type === 'snapshot' ? evaluate(compiled, request) : undefined;
  }

  /** Decides from the snapshot. `none`: absent, too old or no key is configured; `broken`: not what the PDP signed. */
  decide(request: DecisionRequest, now: number): SnapshotDecision {
    if (!this.publicKey || !this.signed) return { type: 'none' };
    try {
      const { reading, compiled } = this.current(now);
      if (reading.type === 'refused') return { type: reading.cause === 'expired' ? 'none' : 'broken' };
      const evaluation = evaluate(compiled, request);
      const { version: snapshotVersion } = reading;
      const { decisionId } = request;
      if (evaluation.type === 'needs') return { type: 'decided', answer: { ...evaluation, decisionId } };
      return { type: 'decided', answer: { ...evaluation, decisionId, stale: true, snapshotVersion, evaluationMs: 0 } };
    } catch {
      return { type: 'broken' };
    }
  }

  /** Verified and compiled once per snapshot; only its age is looked at again. */
  private current(now: number): Read {
    const { publicKey, signed } = this;
    if (!publicKey || !signed) return nothing;
    if (!this.read) {
      const reading = readSnapshot(signed, { verify: (each) => verifies(publicKey, each), now });
      const snapshot = reading.type === 'snapshot' ? reading : undefined;
      const freshUntil = snapshot ? Date.parse(snapshot.issuedAt) + snapshotMaxAgeMs : Number.POSITIVE_INFINITY;
      this.read = { reading, compiled: compile(snapshot?.policies ?? []), freshUntil };
    }
    return now <= this.read.freshUntil ? this.read : { ...this.read, reading: { type: 'refused', cause: 'expired' } };
  }
}

const nothing: Read = {
  reading: { type: 'refused', cause: 'expired' },
  compiled: compile([]),
  freshUntil: Number.POSITIVE_INFINITY,
};

type Read = { readonly reading: SnapshotReading; readonly compiled: CompiledPolicies; readonly freshUntil: number };

function verifies(key: KeyObject, signed: SignedSnapshot): boolean {
  try {
    return verify(null, Buffer.from(signed.payload, 'utf8'), key, Buffer.from(signed.signature, 'base64url'));
  } catch {
    return false;
  }
}

/** SPKI as PEM or base64, or the 32 raw bytes as base64url. */
function readPublicKey(text: string): KeyObject {
  if (text.includes('BEGIN')) return createPublicKey(text);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 32)
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
}
