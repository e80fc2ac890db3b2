// What must hold for any policies and any request. POLICY_PROPERTY_RUNS sets how many pairs are tried.
import { type PolicyTrace, policyTraceSchema, type RowTrace, type Verdict } from '@gatehouse/contracts/decision';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { enforceable } from '../src/available.ts';
import { compile } from '../src/compile.ts';
import { type Evaluation, evaluate } from '../src/evaluate.ts';
import { verdictOfTrace } from '../src/verdict-of-trace.ts';
import { labelPriority, request, storedPolicies } from './arbitrary.ts';
import { type NaiveVerdict, naiveVerdict } from './naive.ts';

const runs = Number(process.env.POLICY_PROPERTY_RUNS ?? 10_000);
const options = { labelPriority };

function certain(evaluation: Evaluation): Verdict {
  if (evaluation.type !== 'verdict') throw new Error('everything was learned, and still something is asked for');
  return evaluation.verdict;
}

function summary(verdict: Verdict) {
  const brief = (list: Verdict['matched']) => list.map(({ name, action, result }) => ({ name, action, result }));
  const { action, reason, matched, reportOnly, obligations } = verdict;
  const shown = obligations.find((one) => one.type === 'showMessage');
  return { action, reason, matched: brief(matched), reportOnly: brief(reportOnly), message: shown?.message };
}

/** The model's verdict as it can be enforced today. */
function expected({ action, reason, matched, reportOnly, message }: NaiveVerdict) {
  const asVerdict = { action, reason, obligations: [], matched: [], reportOnly: [], dueToDefault: false };
  const today = enforceable(asVerdict as unknown as Verdict);
  return { action: today.action, reason: today.reason, matched, reportOnly, message };
}

const written = (trace: PolicyTrace[]) => policyTraceSchema.array().parse(JSON.parse(JSON.stringify(trace)));

const flipped = (trace: readonly PolicyTrace[], policy: PolicyTrace, row: RowTrace): PolicyTrace[] =>
  trace.map((one) =>
    one !== policy
      ? one
      : { ...one, rows: one.rows.map((each) => (each === row ? { ...each, satisfied: !each.satisfied } : each)) },
  );

describe('for any policies and any request', () => {
  it('agrees with an evaluator written straight from the specification', { timeout: 120_000 }, () => {
    const actions = new Set<string>();
    fc.assert(
      fc.property(storedPolicies, request, (policies, asked) => {
        const naive = naiveVerdict(policies, asked, labelPriority);
        actions.add(naive.action);
        expect(summary(certain(evaluate(compile(policies, options), asked)))).toEqual(expected(naive));
      }),
      { numRuns: runs, seed: 42 },
    );
    // A generator that reaches only some verdicts would prove little.
    if (runs >= 1_000) expect([...actions].sort()).toEqual(['allow', 'block', 'coach', 'protect', 'stepUp']);
  });

  it('gives the same verdict from its trace', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(storedPolicies, request, (policies, asked) => {
        const evaluation = evaluate(compile(policies, options), asked);
        expect(verdictOfTrace(written(evaluation.trace))).toEqual(certain(evaluation));
      }),
      { numRuns: runs / 5, seed: 43 },
    );
  });

  it('gives another verdict when the deciding row is flipped', { timeout: 60_000 }, () => {
    let flips = 0;
    fc.assert(
      fc.property(storedPolicies, request, ([only], asked) => {
        const compiled = compile([only!], options);
        const { trace } = evaluate(compiled, asked, { traceOtherApps: true });
        const verdict = verdictOfTrace(trace);
        const [policy] = trace;
        if (policy === undefined || policy.logic !== undefined || policy.state === 'reportOnly') return;
        const misses = policy.rows.filter((row) => row.satisfied === false);
        const unknown = policy.rows.some((row) => row.satisfied === null);
        if (unknown || policy.uninspected || misses.length > 1) return;
        for (const row of misses.length === 1 ? misses : policy.rows) {
          flips += 1;
          expect(verdictOfTrace(flipped(trace, policy, row))).not.toEqual(verdict);
        }
      }),
      { numRuns: runs / 2, seed: 44 },
    );
    if (runs >= 1_000) expect(flips).toBeGreaterThan(runs / 40);
  });

  it('does not care in which order policies were created', { timeout: 60_000 }, () => {
    const shuffled = storedPolicies.chain((policies) =>
      fc.tuple(fc.constant(policies), fc.shuffledSubarray(policies, { minLength: policies.length })),
    );
    fc.assert(
      fc.property(shuffled, request, ([policies, reordered], asked) => {
        const verdict = certain(evaluate(compile(policies, options), asked));
        expect(certain(evaluate(compile(reordered, options), asked))).toEqual(verdict);
      }),
      { numRuns: runs / 5, seed: 45 },
    );
  });

  it('shows policies of other apps without listening to them', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(storedPolicies, request, (policies, asked) => {
        const compiled = compile(policies, options);
        const whatIf = evaluate(compiled, asked, { traceOtherApps: true });
        expect(certain(whatIf)).toEqual(certain(evaluate(compiled, asked)));
        expect(verdictOfTrace(whatIf.trace)).toEqual(certain(whatIf));
      }),
      { numRuns: runs / 5, seed: 46 },
    );
  });
});
