// One policy against one request: matched, missed, waiting for facts, or decided by its unscannable cell.
import type { Effect, PolicyTrace } from '@gatehouse/contracts/decision';
import type { UnscannableCell } from '@gatehouse/contracts/policy';
import type { Reason, UnscannableReason } from '@gatehouse/contracts/reason';
import type { CompiledPolicy } from './compile.ts';
import type { CompiledFilter } from './compile-filter.ts';
import { criteria } from './criteria/all.ts';
import type { Need } from './criteria/criterion.ts';
import { fileMalware } from './criteria/file-malware.ts';
import type { Facts } from './facts.ts';
import { allOf, certain, type Truth, type Unknown } from './truth.ts';

export type PolicyResult = {
  readonly compiled: CompiledPolicy;
  readonly outcome: PolicyTrace['outcome'];
  /** What it asks for; undefined if it missed or still waits. */
  readonly effect?: Effect;
  /** What it waits for. */
  readonly needs?: readonly Need[];
  /** Strict mode: it wanted the file inspected, and the file was not fully inspected. */
  readonly uninspected?: boolean;
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

/** Judges one policy; undefined: a row surely misses. */
export function matchPolicy(compiled: CompiledPolicy, facts: Facts): PolicyResult | undefined {
  const truth = judge(compiled, facts);
  if (truth.value === false) return undefined;
  if (truth.value) return { compiled, outcome: 'matched', effect: surely(compiled, facts) };
  const needs = truth.because.flatMap((cause) => (cause.state === 'pending' ? [cause.need] : []));
  return needs.length > 0 ? { compiled, outcome: 'needsMore', needs } : undecided(compiled, truth.because);
}

/** True if the policy's other rows leave it to something about the file that could not be learned. */
export function wantedInspection(compiled: CompiledPolicy, withoutFindings: Facts): boolean {
  const truth = judge(compiled, withoutFindings);
  return truth.because.some((cause) => cause.state === 'unscannable');
}

// A policy that cannot be read has no filters, so that it counts: unsure means its action.
function judge({ filters }: CompiledPolicy, facts: Facts): Truth {
  // Most policies miss, and most of those at their first row: found out without making anything.
  for (const filter of filters) if (filter.judge(facts).value === false) return certain(false);
  return allOf(filters, (filter: CompiledFilter) => filter.judge(facts));
}

const malwareAt = criteria.indexOf(fileMalware);

function surely(compiled: CompiledPolicy, facts: Facts): Effect {
  const infected = compiled.asksForMalware && facts.at(malwareAt).values.includes(true);
  return asMatched(compiled, infected ? 'MALWARE' : 'POLICY', false);
}

/** The policy's own action. Without its label nothing can be protected, and the clear file is never the way out. */
function asMatched(compiled: CompiledPolicy, reason: Reason, dueToDefault: boolean): Effect {
  const { action, alerts } = compiled.policy;
  const { type, ...details } = action;
  const asked: Effect = { action: type, reason, alert: alerts.enabled, dueToDefault, ...details };
  if (type !== 'protect') return asked;
  if (compiled.labelGone) return { ...asked, action: 'block', reason: 'LABELER_FAILED', dueToDefault: true };
  return { ...asked, labelPriority: compiled.labelPriority };
}

/**
 * The policy neither surely matches nor surely misses: the cell of the reason decides, the strictest of several.
 * A reference to something deleted is decided like `applyAction`.
 */
function undecided(compiled: CompiledPolicy, because: readonly Unknown[]): PolicyResult {
  const { policy } = compiled;
  const reasons = because.flatMap((cause) => (cause.state === 'unscannable' ? [cause.reason] : []));
  const cellOf = (reason: UnscannableReason) =>
    policy.kind === 'SessionPolicy' ? policy.unscannable[reason] : 'block';
  const [first] = reasons
    .map((reason) => ({ reason, cell: cellOf(reason) }))
    .sort((a, b) => strictestFirst.indexOf(a.cell) - strictestFirst.indexOf(b.cell));
  const broken = because.some((cause) => cause.state === 'brokenReference');
  if (first === undefined || (broken && first.cell === 'allowAndAlert')) {
    return { compiled, outcome: 'brokenReference', effect: asMatched(compiled, 'POLICY', false) };
  }
  return { compiled, outcome: 'unscannable', effect: byCell(compiled, first.reason, first.cell) };
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
