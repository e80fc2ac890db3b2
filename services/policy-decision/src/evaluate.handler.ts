// decision.evaluate: the request against the policies in force.
import type { DecisionAnswer, DecisionRequest } from '@gatehouse/contracts/decision';
import { type Evaluation, evaluate } from '@gatehouse/policy/evaluate';
import type { LivePolicies } from './live-policies.ts';

export type EvaluateDependencies = {
  readonly policies: LivePolicies;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  readonly count: (action: string, reason: string) => void;
};

/** Rejects while there is nothing to decide from; the PEP then does what its default says. */
export function evaluateHandler({ policies, clock, count }: EvaluateDependencies) {
  return async (request: DecisionRequest): Promise<DecisionAnswer> => {
    const started = clock();
    const { compiled, epoch, stale } = policies.current();
    const evaluation = evaluate(compiled, request);
    if (evaluation.type === 'verdict') count(evaluation.verdict.action, evaluation.verdict.reason);
    return answer(request, evaluation, { stale, snapshotVersion: epoch, evaluationMs: clock() - started });
  };
}

/** The evaluation as it travels. */
export function answer(
  request: DecisionRequest,
  evaluation: Evaluation,
  about: { readonly stale: boolean; readonly snapshotVersion: number; readonly evaluationMs: number },
): DecisionAnswer {
  const { decisionId } = request;
  return evaluation.type === 'needs' ? { decisionId, ...evaluation } : { decisionId, ...evaluation, ...about };
}
