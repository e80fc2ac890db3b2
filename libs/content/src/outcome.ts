// How outcomes of several parts become one: the worst reason wins, hits found stay.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';

const complete: ScanOutcome = { status: 'complete' };
const order = ['unsupportedType', 'corrupt', 'timeout', 'tooLarge', 'encrypted'];

/** `partial.reason` is one of the unscannable reasons, so that a policy's cell can answer it. */
export function reasonOf(outcome: ScanOutcome): string | undefined {
  if (outcome.status === 'complete') return undefined;
  return outcome.status === 'partial' ? outcome.reason : outcome.status;
}

/** Joins outcomes of parts: all complete → complete, else partial with the weightiest reason. */
export function joinOutcomes(outcomes: readonly ScanOutcome[]): ScanOutcome {
  const reasons = outcomes.map(reasonOf).filter((reason) => reason !== undefined);
  if (reasons.length === 0) return complete;
  reasons.sort((a, b) => order.indexOf(b) - order.indexOf(a));
  return { status: 'partial', reason: reasons[0] ?? 'corrupt' };
}
