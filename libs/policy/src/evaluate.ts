// The decision: pure, over compiled policies and one request.
import type { DecisionRequest, Needs, PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import type { CompiledPolicies, CompiledPolicy } from './compile.ts';
import { fileOf } from './criteria/criterion.ts';
import { Facts, isNotFullyInspected } from './facts.ts';
import { fold } from './match/text-match.ts';
import { matchPolicy, type PolicyResult, wantedInspection } from './match-policy.ts';
import { joinNeeds } from './needs.ts';
import type { IndexKey } from './policy-index.ts';
import { settle } from './settle.ts';
import { tracePolicy } from './trace-policy.ts';

export type Evaluation =
  | { readonly type: 'needs'; readonly needs: Needs; readonly trace: PolicyTrace[] }
  | { readonly type: 'verdict'; readonly verdict: Verdict; readonly trace: PolicyTrace[] };

export type EvaluationOptions = {
  /** Also trace policies that name other apps only (what-if); such a policy never changes the answer. */
  readonly traceOtherApps?: boolean;
};

/**
 * A trace holds every policy that counts or waits, and those that missed up to this many in all: more would make
 * every answer and every recorded activity as large as the set of policies.
 */
export const tracedPolicies = 10;

type List = 'access' | 'monitor' | 'download';

/**
 * Decides one request (SPEC section 3). `needs` while a fact that can still be learned could change the verdict or
 * which policies matched; a block that is certain needs nothing more but what is to be logged.
 */
export function evaluate(
  compiled: CompiledPolicies,
  request: DecisionRequest,
  options: EvaluationOptions = {},
): Evaluation {
  const facts = new Facts(request);
  const key = keyOf(request);
  const lists = listsFor(request);
  const { results, missed } = judgeCandidates(compiled, lists, key, facts);
  const said = results.map((result) => tracePolicy(result, facts));
  const settled = settle(said);
  const misses = options.traceOtherApps
    ? missesAmong(
        lists.flatMap((list) => compiled[list]),
        results,
        Number.POSITIVE_INFINITY,
      )
    : missesAmong(mostTelling(compiled, lists, key, missed), results, tracedPolicies - results.length);
  const trace = [...said, ...misses.map((policy) => tracePolicy({ compiled: policy, outcome: 'notMatched' }, facts))];
  if (settled.type === 'verdict') return { type: 'verdict', verdict: settled.verdict, trace };
  const needs = results.flatMap((result, at) => (settled.waiting.includes(said[at]!) ? (result.needs ?? []) : []));
  return { type: 'needs', needs: joinNeeds(needs), trace };
}

function keyOf(request: DecisionRequest): IndexKey {
  const { resource, action, subject } = request;
  return {
    apps: [fold(resource.id)],
    groups: subject.properties.groups.map(fold),
    activities: [fold(action.name)],
    extensions: fileOf(request).extensions.map(fold),
  };
}

function listsFor({ scope, action }: DecisionRequest): readonly List[] {
  if (scope === 'access') return ['access'];
  return action.name === 'download' || action.name === 'viewFile' ? ['monitor', 'download'] : ['monitor'];
}

type Judged = { readonly results: readonly PolicyResult[]; readonly missed: readonly CompiledPolicy[] };

function judgeCandidates(compiled: CompiledPolicies, lists: readonly List[], key: IndexKey, facts: Facts): Judged {
  const { request } = facts;
  const strict = request.resource.properties.strictMode === true && isNotFullyInspected(request);
  const withoutFindings = strict ? new Facts(request, { ignoreFindings: true }) : undefined;
  const results: PolicyResult[] = [];
  const missed: CompiledPolicy[] = [];
  for (const list of lists) {
    for (const policy of compiled.indexed[list].candidates(key)) {
      const result = matchPolicy(policy, facts);
      const uninspected = withoutFindings !== undefined && wantedInspection(policy, withoutFindings);
      if (uninspected) results.push({ ...(result ?? { compiled: policy, outcome: 'notMatched' }), uninspected });
      else if (result !== undefined) results.push(result);
      else if (missed.length < tracedPolicies) missed.push(policy);
    }
  }
  return { results, missed };
}

/** Policies that missed, the most telling first: those for this user and activity, for this app, for any app. */
function* mostTelling(
  compiled: CompiledPolicies,
  lists: readonly List[],
  { apps }: IndexKey,
  missed: readonly CompiledPolicy[],
): Generator<CompiledPolicy> {
  yield* missed;
  for (const list of lists) for (const some of compiled.indexed[list].ofApps(apps)) yield* some;
}

function missesAmong(
  policies: Iterable<CompiledPolicy>,
  results: readonly PolicyResult[],
  most: number,
): readonly CompiledPolicy[] {
  if (most <= 0) return [];
  const counted = new Set(results.map((result) => result.compiled));
  const misses = new Set<CompiledPolicy>();
  for (const policy of policies) {
    if (!counted.has(policy)) misses.add(policy);
    if (misses.size >= most) break;
  }
  return [...misses];
}
