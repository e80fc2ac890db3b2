// Apps that a policy names in positive rows: the ones it is meant for.
import type { Policy } from '@gatehouse/contracts/policy';
import { literalsOf } from './literal.ts';

export type NamedApp = { readonly id: string; readonly path: string };

/** Folded ids with the path of the value. Empty: every app. */
export function namedApps(policy: Policy): NamedApp[] {
  return literalsOf(policy)
    .filter(({ field, negated, operator }) => field === 'app' && operator === 'equals' && !negated)
    .flatMap(({ values, path }) => values.map((id, at) => ({ id, path: `${path}.values[${at}]` })));
}

/** Whether a policy can concern an app. */
export function concerns(policy: Policy, app: string): boolean {
  const named = namedApps(policy);
  return named.length === 0 || named.some(({ id }) => id === app);
}
