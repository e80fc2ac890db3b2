// Rows that exclude each other, or an activity the control type never sees: the policy protects nothing.
import type { Policy } from '@gatehouse/contracts/policy';
import { conjunctionsOf, contradict, type Literal } from './literal.ts';
import type { Rule } from './rule.ts';

/** Activities a kind of policy is asked about; undefined: all. */
function scopeOf(policy: Policy): Literal | undefined {
  const scope = (values: string[]): Literal => ({
    field: 'activity.type',
    operator: 'equals',
    negated: false,
    values,
    path: '',
  });
  if (policy.kind === 'AccessPolicy') return scope(['login']);
  return policy.controlType === 'monitor' ? undefined : scope(['download', 'viewfile']);
}

function contradiction(conjunction: readonly Literal[]): readonly [Literal, Literal] | undefined {
  for (const [at, one] of conjunction.entries()) {
    const other = conjunction.slice(at + 1).find((later) => contradict(one, later));
    if (other !== undefined) return [one, other];
  }
  return undefined;
}

export const neverMatches: Rule = {
  id: 'never-matches',
  severity: 'error',
  check: ({ policy }) => {
    const scope = scopeOf(policy);
    const conjunctions = (conjunctionsOf(policy) ?? []).map((one) => (scope ? [...one, scope] : one));
    const found = conjunctions.map(contradiction);
    const [first] = found;
    if (first === undefined || found.includes(undefined)) return [];
    const [one, other] = first;
    if (other === scope) {
      const message = `This ${policy.kind === 'AccessPolicy' ? 'access' : 'download'} policy is never asked about ${one.values.join(', ')}, so it never matches.`;
      return [{ path: one.path, message, remedy: `Use ${scope?.values.join(' or ')}, or remove the row.` }];
    }
    const message = `This row and ${other.path} exclude each other, so the policy never matches.`;
    return [{ path: one.path, message, remedy: 'Remove one of the two, or put both into a group "any".' }];
  },
};
