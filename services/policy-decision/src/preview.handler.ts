// decision.preview: what-if over the stored policies and an unsaved draft; counted and recorded nowhere.
import type { DecisionAnswer, DecisionRequest } from '@gatehouse/contracts/decision';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { compile } from '@gatehouse/policy/compile';
import { evaluate } from '@gatehouse/policy/evaluate';
import { validate } from '@gatehouse/policy/validate';
import { z } from 'zod';
import { answer, type EvaluateDependencies } from './evaluate.handler.ts';

/** The draft of a stored policy comes with its id, `{id, policy}`; a new one is the policy alone. */
const draftOfStored = z.strictObject({ id: z.string(), policy: z.unknown() });

const draftId = 'draft';

/** The draft is no valid policy; the portal validates before it asks. */
export class InvalidDraft extends Error {
  readonly code = 'INVALID_DRAFT';
}

export function previewHandler({ policies, clock }: Omit<EvaluateDependencies, 'count'>) {
  return async (input: { request: DecisionRequest; draft?: unknown }): Promise<DecisionAnswer> => {
    const started = clock();
    const { policies: stored, epoch, stale } = policies.current();
    const compiled = compile(input.draft === undefined ? stored : withDraft(stored, input.draft));
    const evaluation = evaluate(compiled, input.request, { traceOtherApps: true });
    return answer(input.request, evaluation, { stale, snapshotVersion: epoch, evaluationMs: clock() - started });
  };
}

function withDraft(stored: readonly StoredPolicy[], draft: unknown): StoredPolicy[] {
  const known = draftOfStored.safeParse(draft);
  const id = known.success ? known.data.id : draftId;
  const checked = validate(known.success ? known.data.policy : draft);
  if (!('ok' in checked)) throw new InvalidDraft(`draft: ${checked.errors.map(({ field }) => field).join(', ')}`);
  const before = stored.find((one) => one.id === id);
  const policy: StoredPolicy = {
    id,
    version: (before?.version ?? 0) + 1,
    policy: checked.ok,
    createdAt: before?.createdAt ?? '',
    updatedAt: '',
    updatedBy: draftId,
  };
  return [...stored.filter((one) => one.id !== id), policy];
}
