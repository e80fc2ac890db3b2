// One policy against one request: matched, missed, waiting for facts, or decided by its unscannable cell.
import type { DecisionRequest, PolicyTrace, RowTrace } from '@gatehouse/contracts/decision';
import type { UnscannableCell } from '@gatehouse/contracts/policy';
import type { Reason, UnscannableReason } from '@gatehouse/contracts/reason';
import type { ActionType } from '@gatehouse/contracts/vocabulary';
import type { CompiledPolicy } from './compile.ts';
import type { Need } from './criteria/criterion.ts';
import { allOf, type Unknown } from './truth.ts';

/** What a policy that counts as matched asks for, and why. */
export type Effect = {
  readonly compiled: CompiledPolicy;
  readonly action: ActionType;
  readonly reason: Reason;
  readonly alert: boolean;
  readonly dueToDefault: boolean;
};

export type PolicyResult =
  | { readonly outcome: 'notMatched'; readonly trace: PolicyTrace }
  | { readonly outcome: 'needsMore'; readonly needs: readonly Need[]; readonly trace: PolicyTrace }
  | {
      readonly outcome: 'matched' | 'unscannable' | 'brokenReference';
      readonly effect: Effect;
      readonly trace: PolicyTrace;
    };

const reasonOf: Readonly<Record<UnscannableReason, Reason>> = {
  tooLarge: 'UNSCANNABLE_TOO_LARGE',
  encrypted: 'UNSCANNABLE_ENCRYPTED',
  corrupt: 'UNSCANNABLE_CORRUPT',
  unsupportedType: 'UNSCANNABLE_UNSUPPORTED_TYPE',
  timeout: 'UNSCANNABLE_TIMEOUT',
  scannerDown: 'UNSCANNABLE_SCANNER_DOWN',
  labelerFailed: 'LABELER_FAILED',
};

// Reasons that say something about us, not about the file (SPEC section 11).
const ownFailures: readonly UnscannableReason[] = ['timeout', 'scannerDown', 'labelerFailed'];

const strictestFirst: readonly UnscannableCell[] = ['block', 'applyAction', 'allowAndAlert'];

/** Evaluates every row of one policy. */
export function matchPolicy(compiled: CompiledPolicy, request: DecisionRequest): PolicyResult {
  const rows: RowTrace[] = [];
  const truth = allOf(compiled.filters.map((filter) => filter(request, rows)));
  const trace = (outcome: PolicyTrace['outcome']) => traceOf(compiled, outcome, rows);
  if (compiled.unreadable || truth.value === true) {
    return { outcome: 'matched', effect: surely(compiled, rows), trace: trace('matched') };
  }
  if (truth.value === false) return { outcome: 'notMatched', trace: trace('notMatched') };
  const needs = truth.because.flatMap((cause) => (cause.state === 'pending' ? [cause.need] : []));
  if (needs.length > 0) return { outcome: 'needsMore', needs, trace: trace('needsMore') };
  return undecided(compiled, truth.because, trace);
}

function surely(compiled: CompiledPolicy, rows: readonly RowTrace[]): Effect {
  const infected = rows.some((row) => row.field === 'file.malware' && row.result === 'hit' && row.seen.includes(true));
  return asMatched(compiled, infected ? 'MALWARE' : 'POLICY', false);
}

/** The policy's own action. Without its label nothing can be protected, and the clear file is never the way out. */
function asMatched(compiled: CompiledPolicy, reason: Reason, dueToDefault: boolean): Effect {
  const { action, alerts } = compiled.policy;
  const effect: Effect = { compiled, action: action.type, reason, alert: alerts.enabled, dueToDefault };
  if (action.type !== 'protect' || !compiled.labelGone) return effect;
  return { ...effect, action: 'block', reason: 'LABELER_FAILED', dueToDefault: true };
}

/**
 * The policy neither surely matches nor surely misses: the cell of the reason decides, the strictest of several.
 * A reference to something deleted is decided like `applyAction`.
 */
function undecided(
  compiled: CompiledPolicy,
  because: readonly Unknown[],
  trace: (outcome: PolicyTrace['outcome']) => PolicyTrace,
): PolicyResult {
  const { policy } = compiled;
  const reasons = because.flatMap((cause) => (cause.state === 'unscannable' ? [cause.reason] : []));
  const cellOf = (reason: UnscannableReason) =>
    policy.kind === 'SessionPolicy' ? policy.unscannable[reason] : 'block';
  const [first] = reasons
    .map((reason) => ({ reason, cell: cellOf(reason) }))
    .sort((a, b) => strictestFirst.indexOf(a.cell) - strictestFirst.indexOf(b.cell));
  const broken = because.some((cause) => cause.state === 'brokenReference');
  if (first === undefined || (broken && first.cell === 'allowAndAlert')) {
    return {
      outcome: 'brokenReference',
      effect: asMatched(compiled, 'POLICY', false),
      trace: trace('brokenReference'),
    };
  }
  return { outcome: 'unscannable', effect: byCell(compiled, first.reason, first.cell), trace: trace('unscannable') };
}

function byCell(compiled: CompiledPolicy, reason: UnscannableReason, cell: UnscannableCell): Effect {
  const effect = asMatched(compiled, reasonOf[reason], ownFailures.includes(reason));
  switch (cell) {
    case 'applyAction':
      return effect;
    case 'block':
      return { ...effect, action: 'block' };
    case 'allowAndAlert':
      return { ...effect, action: 'allow', reason: reasonOf[reason], alert: true };
  }
}

function traceOf(compiled: CompiledPolicy, outcome: PolicyTrace['outcome'], rows: RowTrace[]): PolicyTrace {
  const { id, version, policy, state } = compiled;
  return {
    policyId: id,
    version,
    name: policy.name,
    state,
    severity: policy.severity,
    outcome,
    action: policy.action.type,
    rows,
  };
}
