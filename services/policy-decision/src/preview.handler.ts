// decision.preview: what-if over the stored policies and an unsaved draft; counted and recorded nowhere.
import type { DecisionAnswer, DecisionRequest } from '@gatehouse/contracts/decision';
import { evaluate } from '@gatehouse/policy/evaluate';
import { z } from 'zod';
import { answer, type EvaluateDependencies } from './evaluate.handler.ts';
import { compileAsEnforced } from './live-policies.ts';
import { withChanges } from './policy-changes.ts';

/** The draft of a stored policy comes with its id, `{id, policy}`; a new one is the policy alone. */
const draftOfStored = z.strictObject({ id: z.string(), policy: z.unknown() });

export function previewHandler({ policies, clock }: Omit<EvaluateDependencies, 'count'>) {
  return async (input: { request: DecisionRequest; draft?: unknown }): Promise<DecisionAnswer> => {
    const started = clock();
    const { compiled, policies: stored, epoch, stale } = policies.current();
    const known = draftOfStored.safeParse(input.draft);
    const change = known.success ? known.data : { policy: input.draft };
    const changed = input.draft === undefined ? compiled : compileAsEnforced(withChanges(stored, [change]).policies);
    const evaluation = evaluate(changed, input.request, { traceOtherApps: true });
    return answer(input.request, evaluation, { stale, snapshotVersion: epoch, evaluationMs: clock() - started });
  };
}
