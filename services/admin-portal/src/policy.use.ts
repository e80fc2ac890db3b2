// What policies name: what is named there cannot be deleted without a word.
import type { BrokenReference, Filter, Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import type { Reference } from './problem.ts';

function valuesIn(filter: Filter, field: string): string[] {
  if ('any' in filter) return filter.any.flatMap((part) => valuesIn(part, field));
  if ('all' in filter) return filter.all.flatMap((part) => valuesIn(part, field));
  if ('not' in filter) return valuesIn(filter.not, field);
  return filter.field === field ? filter.values.map(String) : [];
}

/** Values a policy names for a field, as written; `file.content` also in inspection, `action.label` in the action. */
export function namedValues(policy: Policy, field: string): string[] {
  if (field === 'action.label') return policy.action.label === undefined ? [] : [policy.action.label];
  if (policy.kind === 'AccessPolicy') return policy.activity.flatMap((filter) => valuesIn(filter, field));
  const inRows = [...policy.activity, ...policy.files].flatMap((filter) => valuesIn(filter, field));
  const { types = [], exclude = [] } = policy.inspection ?? {};
  return field === 'file.content' ? [...inRows, ...types.map(({ id }) => id), ...exclude] : inRows;
}

const fold = (text: string) => text.normalize('NFC').toLowerCase();

/** Names are compared as filters compare them. */
export const same = (a: string, b: string) => fold(a) === fold(b);

export function isNamed(policy: Policy, field: string, value: string): boolean {
  return namedValues(policy, field).some((one) => same(one, value));
}

/** Policies of any state that name one of these. */
export function policiesNaming(policies: readonly StoredPolicy[], lost: readonly BrokenReference[]): StoredPolicy[] {
  return policies.filter(({ policy }) => lost.some(({ field, value }) => isNamed(policy, field, value)));
}

export function asReference({ id, policy }: StoredPolicy): Reference {
  return { type: 'policy', id, name: policy.name };
}
