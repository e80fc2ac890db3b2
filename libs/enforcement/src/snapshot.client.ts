// The signed policy snapshot from KV, kept ready for the minutes in which the PDP is away.
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { DecisionAnswer, DecisionRequest } from '@gatehouse/contracts/decision';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { type CompiledPolicies, type CompiledPolicy, compile } from '@gatehouse/policy/compile';
import { type Evaluation, evaluate } from '@gatehouse/policy/evaluate';
import { isCurrent, openSnapshot, type SignedSnapshot } from '@gatehouse/policy/snapshot';

export type SnapshotDecision =
  | { readonly type: 'decided'; readonly answer: DecisionAnswer }
  | { readonly type: 'none' }
  | { readonly type: 'broken' };

type Opened =
  | { readonly type: 'none' | 'broken' }
  | {
      readonly type: 'open';
      readonly version: number;
      readonly issuedAt: string;
      readonly compiled: CompiledPolicies;
    };

/** Verifies and compiles each snapshot once, when it arrives; afterwards only its age is looked at. */
export class SnapshotClient {
  private readonly publicKey: KeyObject | undefined;
  private opened: Opened = { type: 'none' };

  /** `publicKey`: Ed25519 as SPKI PEM, SPKI base64 or 32 raw bytes base64url; throws for anything else. */
  constructor(publicKey: string | undefined) {
    this.publicKey = publicKey === undefined ? undefined : readPublicKey(publicKey);
  }

  /** Follows the bucket; resolves once the present snapshot, if any, is at hand. */
  async watch(messaging: Pick<Messaging, 'bucket'>): Promise<void> {
    const { publicKey } = this;
    if (!publicKey) return;
    const bucket = await messaging.bucket(snapshotBucket);
    await bucket.watch((key, value) => {
      // What does not fit the contract arrives as absent: the last good one stays and ages out.
      if (key === 'current' && value) this.opened = open(value, publicKey);
    });
  }

  /** Version of the snapshot at hand; 0: none that could be trusted. */
  version(now: number): number {
    const opened = this.at(now);
    return opened.type === 'open' ? opened.version : 0;
  }

  /** The policies in force, report-only ones included; undefined where no snapshot can be trusted. */
  policies(now: number): readonly CompiledPolicy[] | undefined {
    const opened = this.at(now);
    if (opened.type !== 'open') return undefined;
    const { access, monitor, download } = opened.compiled;
    return [...access, ...monitor, ...download];
  }

  /** Whether a policy controls downloads of this app; unknown counts as yes. */
  controlsDownloads(app: string, now: number): boolean {
    const opened = this.at(now);
    return opened.type !== 'open' || opened.compiled.download.some(({ apps }) => apps === undefined || apps.has(app));
  }

  /** What policies say of something that only is recorded; no answer where there is no snapshot. */
  observe(request: DecisionRequest, now: number): Evaluation | undefined {
    const opened = this.at(now);
    return opened.type === 'open' ? evaluate(opened.compiled, request) : undefined;
  }

  /**
   * Decides from the snapshot, never throws. `none`: absent, older than 15 minutes or no key is configured; `broken`:
   * not what the PDP signed. What a `needs` in the answer means is the caller's to say.
   */
  decide(request: DecisionRequest, now: number): SnapshotDecision {
    const opened = this.at(now);
    if (opened.type !== 'open') return { type: opened.type };
    const { decisionId } = request;
    try {
      const evaluation = evaluate(opened.compiled, request);
      if (evaluation.type === 'needs') return { type: 'decided', answer: { ...evaluation, decisionId } };
      const origin = { decisionId, stale: true, snapshotVersion: opened.version, evaluationMs: 0 };
      return { type: 'decided', answer: { ...evaluation, ...origin } };
    } catch {
      return { type: 'broken' };
    }
  }

  private at(now: number): Opened {
    const { opened } = this;
    return opened.type === 'open' && !isCurrent(opened.issuedAt, now) ? { type: 'none' } : opened;
  }
}

function open(signed: SignedSnapshot, key: KeyObject): Opened {
  try {
    const reading = openSnapshot(signed, (each) => isSignedBy(key, each));
    if (reading.type === 'refused') return { type: 'broken' };
    const { version, issuedAt, policies } = reading;
    return { type: 'open', version, issuedAt, compiled: compile(policies) };
  } catch {
    // Signed, and yet not to be compiled or verified: whatever the reason, nothing may be decided from it.
    return { type: 'broken' };
  }
}

function isSignedBy(key: KeyObject, { payload, signature }: SignedSnapshot): boolean {
  return verify(null, Buffer.from(payload, 'utf8'), key, Buffer.from(signature, 'base64url'));
}

/** Whether the text is a public key that snapshots can be checked with. */
export function canReadKey(text: string): boolean {
  try {
    return readPublicKey(text).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

function readPublicKey(text: string): KeyObject {
  if (text.includes('BEGIN')) return createPublicKey(text);
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length === 32)
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: bytes.toString('base64url') }, format: 'jwk' });
  return createPublicKey({ key: bytes, format: 'der', type: 'spki' });
}
