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

const yes: Truth = { value: true, because: [] };
const no: Truth = { value: false, because: [] };

/** A value that is certain. */
export function certain(value: boolean): Truth {
  return value ? yes : no;
}

/** A value that hangs on one fact. */
export function unknown(cause: Unknown): Truth {
  return { value: undefined, because: [cause] };
}

/** Conjunction of what `judge` says of the members: one false is false whatever is unknown. No members: true. */
export function allOf<T>(members: readonly T[], judge: (member: T) => Truth): Truth {
  return decide(members, judge, false);
}

/** Disjunction of what `judge` says of the members: one true is true whatever is unknown. No members: false. */
export function anyOf<T>(members: readonly T[], judge: (member: T) => Truth): Truth {
  return decide(members, judge, true);
}

/** Negation; unknown stays unknown. */
export function not(truth: Truth): Truth {
  return truth.value === undefined ? truth : certain(!truth.value);
}

function decide<T>(members: readonly T[], judge: (member: T) => Truth, dominant: boolean): Truth {
  let because: readonly Unknown[] | undefined;
  for (const member of members) {
    const truth = judge(member);
    if (truth.value === dominant) return truth;
    if (truth.value === undefined) because = because === undefined ? truth.because : [...because, ...truth.because];
  }
  return because === undefined ? certain(!dominant) : { value: undefined, because };
}
