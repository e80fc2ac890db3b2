// Builds the activity row of a request: everything the log and the alerts need, nothing secret.
import { randomBytes } from 'node:crypto';
import type { Recognition } from '@gatehouse/activity/recognise';
import { field } from '@gatehouse/activity/request-kind';
import type { Activity } from '@gatehouse/contracts/activity';
import type { PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import type { InspectionResult } from '@gatehouse/contracts/inspection';
import type { Reason } from '@gatehouse/contracts/reason';
import type { RecordedFacts } from '@gatehouse/contracts/recorded-facts';
import { referenceId } from '@gatehouse/contracts/reference-id';
import type { AppliedAction } from '@gatehouse/contracts/vocabulary';
import type { Exchange } from './exchange.ts';

export type Outcome = {
  readonly activityType: string;
  readonly recognition?: Recognition;
  readonly object?: Activity['object'];
  readonly verdict?: Verdict;
  readonly trace?: readonly PolicyTrace[];
  readonly scan?: Activity['scan'];
  readonly appliedAction: AppliedAction;
  readonly reason: Reason;
  readonly cause?: string | undefined;
  readonly justification?: string;
  readonly stale?: boolean;
  readonly sha256Original?: string;
  readonly sha256Delivered?: string;
  readonly bytesDown?: number;
  readonly timings?: Record<string, number>;
  /** What the decision was made from, for replay. */
  readonly facts?: RecordedFacts;
};

/** UUIDv7 (RFC 9562): sorts by time, so that rows are appended, not scattered. */
export function uuidV7(now: number, random: (bytes: number) => Uint8Array): string {
  const bytes = Buffer.concat([Buffer.alloc(6), random(10)]);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Ids of one decision, made once at the edge. */
export function newDecision(now: number): { readonly id: string; readonly reference: string } {
  return { id: uuidV7(now, randomBytes), reference: referenceId(randomBytes) };
}

export function activityOf(exchange: Exchange, ids: ReturnType<typeof newDecision>, outcome: Outcome): Activity {
  const { object, cause, activityType, appliedAction, reason, sha256Original, sha256Delivered } = outcome;
  return {
    id: ids.id,
    referenceId: ids.reference,
    activityType,
    ...whoAndWhere(exchange),
    ...(object ? { object } : {}),
    ...recognitionOf(outcome),
    ...policiesOf(outcome),
    scan: outcome.scan ?? { status: 'notRequested', findings: [] },
    appliedAction,
    reason,
    ...(cause ? { cause } : {}),
    ...(outcome.justification ? { justification: outcome.justification } : {}),
    enforcementLevel: 'server',
    stale: outcome.stale ?? false,
    ...(sha256Original ? { sha256Original } : {}),
    ...(sha256Delivered ? { sha256Delivered } : {}),
    bytesDown: outcome.bytesDown ?? 0,
    timings: { total: Date.now() - exchange.startedAt, ...outcome.timings },
    ...(outcome.facts ? { facts: outcome.facts } : {}),
  };
}

/** The columns that are the same whatever came of the request. */
function whoAndWhere({ live, app, domain, context, target, headers }: Exchange) {
  const { user, groups, sessionId, deviceTags, certificateReason } = live.session;
  return {
    ...{ app: app.id, host: domain.host, user, groups, sessionId, deviceTags, ...context },
    ...(certificateReason ? { certificateReason } : {}),
    path: target.replace(/[?#].*$/s, '').slice(0, 2000),
    bytesUp: Number(field(headers, 'content-length') ?? 0) || 0,
  };
}

function recognitionOf({ recognition }: Outcome): Pick<Activity, 'recognition'> {
  if (!recognition) return {};
  const { activityType: kind, confidence, signals } = recognition;
  return { recognition: { kind, confidence, signals: [...signals] } };
}

const policiesOf = ({ verdict, trace }: Outcome) => ({
  matchedPolicies: verdict?.matched ?? [],
  reportOnly: verdict?.reportOnly ?? [],
  trace: [...(trace ?? [])],
});

/** The scan columns of an inspection. */
export function scanOf(result: InspectionResult): Activity['scan'] {
  const { status } = result.outcome;
  const state = status === 'complete' ? 'completed' : status === 'partial' ? 'partial' : 'failed';
  return { status: state, ...(status === 'complete' ? {} : { reason: status }), findings: result.findings };
}
