// What applying a policy set would change. Pure: the stored policies are an argument.
import { createHash } from 'node:crypto';
import { type Policy, policySchema, type StoredPolicy } from '@gatehouse/contracts/policy';
import type { PlacedProblem, SetPolicy } from '@gatehouse/policy/policy-set';
import { type Change, diff } from './diff.ts';

export type PolicyChange =
  | { readonly action: 'create'; readonly written: SetPolicy }
  | {
      /** `adopt`: a policy of the portal becomes code-owned, whether or not its content changes. */
      readonly action: 'update' | 'adopt';
      readonly written: SetPolicy;
      readonly before: StoredPolicy;
      readonly diff: readonly Change[];
    }
  | { readonly action: 'delete'; readonly before: StoredPolicy };

export type Plan = {
  readonly changes: readonly PolicyChange[];
  readonly unchanged: number;
  readonly problems: readonly PlacedProblem[];
};

export type PlanOptions = { readonly set: string; readonly adopt: boolean };

const fold = (name: string) => name.trim().normalize('NFC').toLowerCase();

/**
 * Compares by name. Deletes only policies owned by this very set; a policy of the portal is left alone when it says the
 * same, and otherwise a problem unless `adopt` is set: nobody's edit is overwritten unseen.
 */
export function planPolicies(
  written: readonly SetPolicy[],
  stored: readonly StoredPolicy[],
  options: PlanOptions,
): Plan {
  const byName = new Map(stored.map((one) => [fold(one.policy.name), one]));
  const steps = written.map((one) => stepFor(one, byName.get(fold(one.policy.name)), options));
  const kept = new Set(written.map(({ policy }) => fold(policy.name)));
  const gone = stored.filter(({ source, policy }) => source?.set === options.set && !kept.has(fold(policy.name)));
  const changes = steps.flatMap((step) => ('change' in step ? [step.change] : []));
  return {
    // Deletes first: a name given up by one policy is free for another.
    changes: [...gone.map((before): PolicyChange => ({ action: 'delete', before })), ...changes],
    unchanged: steps.filter((step) => 'unchanged' in step).length,
    problems: steps.flatMap((step) => ('problem' in step ? [step.problem] : [])),
  };
}

type Step = { readonly change: PolicyChange } | { readonly unchanged: true } | { readonly problem: PlacedProblem };

function stepFor(written: SetPolicy, before: StoredPolicy | undefined, { set, adopt }: PlanOptions): Step {
  if (before === undefined) return { change: { action: 'create', written } };
  const changes = diff(canonical(before.policy), canonical(written.policy));
  const owner = before.source?.set;
  if (owner !== undefined && owner !== set) return { problem: problemAt(written, belongsTo(owner)) };
  if (owner === undefined) {
    if (adopt) return { change: { action: 'adopt', written, before, diff: changes } };
    return changes.length === 0 ? { unchanged: true } : { problem: problemAt(written, ownedByPortal) };
  }
  const moved = before.source?.path !== written.path;
  if (changes.length === 0 && !moved) return { unchanged: true };
  return { change: { action: 'update', written, before, diff: changes } };
}

const belongsTo = (owner: string) => `the policy of this name belongs to the policy set "${owner}": rename this one`;
const ownedByPortal =
  'differs from the policy of this name, which is owned by the portal: apply with adopt to take it over, or export again';

function problemAt(written: SetPolicy, message: string): PlacedProblem {
  return { field: 'name', message, ...written.locate('name') };
}

/** Stored bodies may lack defaults of fields that came later. */
function canonical(policy: Policy): unknown {
  return policySchema.parse(policy);
}

/** Stands for exactly this plan over exactly these versions: applying it is refused when either changed. */
export function revisionOf(plan: Plan, options: PlanOptions): string {
  const parts = plan.changes.map((change) => [
    change.action,
    'before' in change ? [change.before.id, change.before.version] : [],
    'written' in change ? [change.written.path, change.written.policy] : [],
  ]);
  return createHash('sha256')
    .update(JSON.stringify([options, parts]))
    .digest('base64url');
}
