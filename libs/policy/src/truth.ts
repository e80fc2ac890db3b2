// Kleene's three-valued logic: what is unknown stays unknown only while it still matters.
import type { UnscannableReason } from '@gatehouse/contracts/reason';
import type { Need } from './criteria/criterion.ts';

/** Why something is unknown: the PEP can still learn the fact, it could not be learned, or what is asked is gone. */
export type Unknown =
  | { readonly state: 'pending'; readonly need: Need }
  | { readonly state: 'brokenReference' }
  | { readonly state: 'unscannable'; readonly reason: UnscannableReason };

/** `value` undefined: unknown, and `because` names every unknown that could still turn the value. */
export type Truth = { readonly value: boolean | undefined; readonly because: readonly Unknown[] };

/** A value that is certain. */
export function certain(value: boolean): Truth {
  return { value, because: [] };
}

/** A value that hangs on one fact. */
export function unknown(cause: Unknown): Truth {
  return { value: undefined, because: [cause] };
}

/** Conjunction: one false is false whatever is unknown. No members: true. */
export function allOf(truths: readonly Truth[]): Truth {
  return decide(truths, false);
}

/** Disjunction: one true is true whatever is unknown. No members: false. */
export function anyOf(truths: readonly Truth[]): Truth {
  return decide(truths, true);
}

/** Negation; unknown stays unknown. */
export function not(truth: Truth): Truth {
  return truth.value === undefined ? truth : certain(!truth.value);
}

function decide(truths: readonly Truth[], dominant: boolean): Truth {
  if (truths.some((truth) => truth.value === dominant)) return certain(dominant);
  const because = truths.flatMap((truth) => truth.because);
  return because.length > 0 ? { value: undefined, because } : certain(!dominant);
}
