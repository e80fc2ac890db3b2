// What is written down about one policy: its rows, how they hang together, and what it asks for.
import type { PolicyTrace, RowTrace } from '@gatehouse/contracts/decision';
import type { Facts } from './facts.ts';
import type { PolicyResult } from './match-policy.ts';

/** The trace of a result, with every row, also those that need not have been looked at. */
export function tracePolicy(result: PolicyResult, facts: Facts): PolicyTrace {
  const { compiled, outcome, effect, uninspected } = result;
  const { id, version, policy, state, grouped } = compiled;
  const rows: RowTrace[] = [];
  const logic = compiled.filters.map((filter) => filter.trace(facts, rows));
  return {
    policyId: id,
    version,
    name: policy.name,
    state,
    severity: policy.severity,
    outcome,
    action: policy.action.type,
    rows,
    ...(grouped ? { logic } : {}),
    ...(effect === undefined ? {} : { effect }),
    ...(uninspected ? { uninspected } : {}),
  };
}
