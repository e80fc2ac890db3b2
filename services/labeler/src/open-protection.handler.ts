// Answers protection.open. Protect is not available in this release: the answer is always a refusal, on which the PEP
// blocks with LABELER_FAILED. The clear file is never an answer.
import type { protectionOpen } from '@gatehouse/contracts/inspection';
import type { z } from 'zod';

type Input = z.infer<(typeof protectionOpen)['input']>;
type Output = z.infer<(typeof protectionOpen)['output']>;

export const notAvailable = 'protect is not available in this release';

/** Refuses; `onRefused` gets what is safe to log. */
export function openProtection(onRefused: (refusal: { decisionId: string; label: string }) => void) {
  return async ({ decisionId, label }: Input): Promise<Output> => {
    onRefused({ decisionId, label });
    return { type: 'refused', reason: notAvailable };
  };
}
