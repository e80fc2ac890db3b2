// One policy against one request: matched, missed, waiting for facts, or decided by its unscannable cell.
import type { DecisionRequest, PolicyTrace, RowTrace } from '@gatehouse/contracts/decision';
import type { UnscannableCell } from '@gatehouse/contracts/policy';
import type { Reason, UnscannableReason } from '@gatehouse/contracts/reason';
import type { ActionType } from '@gatehouse/contracts/vocabulary';
import type { CompiledPolicy } from './compile.ts';
import type { Need } from './criteria/criterion.ts';
import { allOf } from './truth.ts';

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
  | { readonly outcome: 'matched' | 'unscannable'; readonly effect: Effect; readonly trace: PolicyTrace };

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
  const reasons = truth.because.flatMap((cause) => (cause.state === 'unscannable' ? [cause.reason] : []));
  return { outcome: 'unscannable', effect: byCell(compiled, reasons), trace: trace('unscannable') };
}

function surely(compiled: CompiledPolicy, rows: readonly RowTrace[]): Effect {
  const infected = rows.some((row) => row.field === 'file.malware' && row.result === 'hit' && row.seen.includes(true));
  return {
    compiled,
    action: compiled.policy.action.type,
    reason: infected ? 'MALWARE' : 'POLICY',
    alert: compiled.policy.alerts.enabled,
    dueToDefault: false,
  };
}

/** The policy neither surely matches nor surely misses: the cell of the reason decides, the strictest of several. */
function byCell(compiled: CompiledPolicy, reasons: readonly UnscannableReason[]): Effect {
  const { policy } = compiled;
  const cellOf = (reason: UnscannableReason) =>
    policy.kind === 'SessionPolicy' ? policy.unscannable[reason] : 'block';
  const ranked = reasons
    .map((reason) => ({ reason, cell: cellOf(reason) }))
    .sort((a, b) => strictestFirst.indexOf(a.cell) - strictestFirst.indexOf(b.cell));
  const { reason, cell } = ranked[0] ?? { reason: 'scannerDown', cell: 'block' };
  return {
    compiled,
    action: actionOf(cell, policy.action.type),
    reason: reasonOf[reason],
    alert: cell === 'allowAndAlert' || policy.alerts.enabled,
    dueToDefault: ownFailures.includes(reason),
  };
}

function actionOf(cell: UnscannableCell, action: ActionType): ActionType {
  switch (cell) {
    case 'applyAction':
      return action;
    case 'block':
      return 'block';
    case 'allowAndAlert':
      return 'allow';
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
