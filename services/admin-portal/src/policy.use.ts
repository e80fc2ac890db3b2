// Which values policies name in their rows: what is named there cannot be deleted.
import type { Filter, Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import type { Reference } from './problem.ts';

function valuesIn(filter: Filter, field: string): string[] {
  if ('any' in filter) return filter.any.flatMap((part) => valuesIn(part, field));
  if ('all' in filter) return filter.all.flatMap((part) => valuesIn(part, field));
  if ('not' in filter) return valuesIn(filter.not, field);
  return filter.field === field ? filter.values.map((value) => String(value).toLowerCase()) : [];
}

function names(policy: Policy, field: string, values: readonly string[]): boolean {
  const filters = policy.kind === 'SessionPolicy' ? [...policy.activity, ...policy.files] : policy.activity;
  const named = filters.flatMap((filter) => valuesIn(filter, field));
  return values.some((value) => named.includes(value.toLowerCase()));
}

/** Policies of any state that name one of the values in rows of the field. */
export function policiesNaming(
  policies: readonly StoredPolicy[],
  field: string,
  values: readonly string[],
): Reference[] {
  return policies
    .filter(({ policy }) => names(policy, field, values))
    .map(({ id, policy }) => ({ type: 'policy', id, name: policy.name }));
}
