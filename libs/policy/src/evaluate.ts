// The decision: pure, over compiled policies and one request.
import type { DecisionRequest, Needs, PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import { enforceable } from './available.ts';
import { combine } from './combine.ts';
import type { CompiledPolicies, CompiledPolicy } from './compile.ts';
import { fold } from './match/text-match.ts';
import { matchPolicy, type PolicyResult } from './match-policy.ts';
import { joinNeeds } from './needs.ts';

export type Evaluation =
  | { readonly type: 'needs'; readonly needs: Needs; readonly trace: PolicyTrace[] }
  | { readonly type: 'verdict'; readonly verdict: Verdict; readonly trace: PolicyTrace[] };

export type EvaluationOptions = {
  /** Also trace policies that name other apps only (what-if); such a policy never changes the answer. */
  readonly traceOtherApps?: boolean;
};

/**
 * Decides one request (SPEC section 3). `needs` while a fact that can still be learned could change the verdict or
 * which policies matched; a block that is certain needs nothing more.
 */
export function evaluate(
  compiled: CompiledPolicies,
  request: DecisionRequest,
  options: EvaluationOptions = {},
): Evaluation {
  const results = applicable(compiled, request, options).map((policy) => matchPolicy(policy, request));
  const trace = results.map((result) => result.trace);
  const verdict = enforceable(combine(effectsOf(results), compiled.labelPriority));
  const open = results.flatMap((result) => (result.outcome === 'needsMore' ? result.needs : []));
  if (verdict.action === 'block' || open.length === 0) return { type: 'verdict', verdict, trace };
  return { type: 'needs', needs: joinNeeds(open), trace };
}

function applicable(
  compiled: CompiledPolicies,
  request: DecisionRequest,
  options: EvaluationOptions,
): readonly CompiledPolicy[] {
  const policies = inScope(compiled, request);
  if (options.traceOtherApps) return policies;
  const app = fold(request.resource.id);
  return policies.filter((policy) => policy.unreadable || (policy.apps?.has(app) ?? true));
}

function inScope(compiled: CompiledPolicies, request: DecisionRequest): readonly CompiledPolicy[] {
  if (request.scope === 'access') return compiled.access;
  const controlled = request.action.name === 'download' || request.action.name === 'viewFile';
  return controlled ? [...compiled.monitor, ...compiled.download] : compiled.monitor;
}

function effectsOf(results: readonly PolicyResult[]) {
  return results.flatMap((result) => ('effect' in result ? [result.effect] : []));
}
