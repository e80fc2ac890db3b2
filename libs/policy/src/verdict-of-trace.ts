// The verdict again, from nothing but what was written down when it was reached.
import type { PolicyTrace, RowLogic, RowTrace, Verdict } from '@gatehouse/contracts/decision';
import { type Said, settle } from './settle.ts';

/**
 * Re-evaluates a trace from its rows (SPEC section 9): the verdict it was written for, or another if rows were changed.
 * Undefined while rows wait for facts that could still change it.
 */
export function verdictOfTrace(trace: readonly PolicyTrace[]): Verdict | undefined {
  const settled = settle(trace.map(saidAgain));
  return settled.type === 'verdict' ? settled.verdict : undefined;
}

function saidAgain(policy: PolicyTrace): Said {
  const { rows, logic, effect: _, ...about } = policy;
  const truth = holdsAgain({ all: logic ?? rows.map((_, at) => at) }, rows);
  if (truth === false) return { ...about, outcome: 'notMatched' };
  if (truth === true) return { ...about, outcome: 'matched', effect: effectOf(policy, 'matched') };
  // Which of the unknown rows matters is what the outcome says; a pending one that does leaves the policy waiting.
  if (policy.outcome === 'needsMore') return { ...about, outcome: 'needsMore' };
  const outcome = policy.outcome === 'unscannable' ? 'unscannable' : 'brokenReference';
  return { ...about, outcome, effect: effectOf(policy, outcome) };
}

/** What it asked for then; a policy that counts only now asks for its plain action. */
function effectOf(policy: PolicyTrace, outcome: PolicyTrace['outcome']): NonNullable<PolicyTrace['effect']> {
  if (policy.effect !== undefined && policy.outcome === outcome) return policy.effect;
  return { action: policy.action, reason: 'POLICY', alert: false, dueToDefault: false };
}

function holdsAgain(logic: RowLogic, rows: readonly RowTrace[]): boolean | null {
  if (typeof logic === 'number') return rows[logic]?.satisfied ?? null;
  if ('not' in logic) {
    const holds = holdsAgain(logic.not, rows);
    return holds === null ? null : !holds;
  }
  if ('any' in logic) {
    const none = conjunction(logic.any.map((one) => holdsAgain({ not: one }, rows)));
    return none === null ? null : !none;
  }
  return conjunction(logic.all.map((one) => holdsAgain(one, rows)));
}

function conjunction(members: readonly (boolean | null)[]): boolean | null {
  if (members.includes(false)) return false;
  return members.includes(null) ? null : true;
}
