// Actions of the model that no PEP enforces yet. They are refused at save; one that is stored all the same blocks.
import type { Verdict } from '@gatehouse/contracts/decision';
import type { ActionType } from '@gatehouse/contracts/vocabulary';

const unavailable: Readonly<Partial<Record<ActionType, string>>> = {
  protect: 'Protect is not available yet',
};

/** Why an action cannot be used yet, or undefined if it can. */
export function unavailability(action: ActionType): string | undefined {
  return unavailable[action];
}

/** A step-up to no context at all would be passed by anybody. */
const asksForNothing = ({ action, obligations }: Verdict) =>
  action === 'stepUp' && !obligations.some((one) => one.type === 'stepUp' && one.authnContext.length > 0);

/** The verdict as it can be enforced today: what cannot be done becomes a block. */
export function enforceable(verdict: Verdict): Verdict {
  if (unavailability(verdict.action) === undefined && !asksForNothing(verdict)) return verdict;
  const obligations = verdict.obligations.filter((obligation) => obligation.type === 'showMessage');
  const blocked: Verdict = { ...verdict, action: 'block', obligations };
  return verdict.action === 'protect' ? { ...blocked, reason: 'LABELER_FAILED', dueToDefault: true } : blocked;
}
