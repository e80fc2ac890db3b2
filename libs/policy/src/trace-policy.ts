// What is written down about one policy: its rows, how they hang together, and what it asks for.
import type { PolicyTrace, RowLogic, RowTrace } from '@gatehouse/contracts/decision';
import type { Facts } from './facts.ts';
import type { PolicyResult } from './match-policy.ts';

/** The trace of a result, with every row, also those that need not have been looked at. */
export function tracePolicy(result: PolicyResult, facts: Facts): PolicyTrace {
  const { compiled, outcome, effect, uninspected } = result;
  const { id, version, policy, state, grouped } = compiled;
  const rows: RowTrace[] = [];
  const logic: RowLogic[] = [];
  for (const filter of compiled.filters) logic.push(filter.trace(facts, rows));
  const trace: PolicyTrace = {
    policyId: id,
    version,
    name: policy.name,
    state,
    severity: policy.severity,
    outcome,
    action: policy.action.type,
    rows,
  };
  if (grouped) trace.logic = logic;
  if (effect !== undefined) trace.effect = effect;
  if (uninspected) trace.uninspected = uninspected;
  return trace;
}
