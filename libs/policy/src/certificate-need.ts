// Whether a client certificate could change a verdict: only then is a browser bothered with the question.
import type { Filter, FilterRow, StoredPolicy } from '@gatehouse/contracts/policy';
import { fold } from './match/text-match.ts';

const tag = fold('validClientCertificate');

/**
 * Whether a policy in force for `app` has a row whose truth the tag `validClientCertificate` would change, given the
 * device tags already proven. `device.tags equals [compliant]` never depends on it; `doesNotEqual` all three does, until
 * one of the three is proven. Report-only policies count: their trace must be true as well.
 */
export function needsCertificate(
  policies: readonly Pick<StoredPolicy, 'policy'>[],
  app: string,
  tags: readonly string[],
): boolean {
  return policies.some(
    ({ policy }) =>
      policy.state !== 'disabled' &&
      mayConcern(policy.activity, app) &&
      rowsOf(policy.activity).some((row) => dependsOnTag(row, tags)),
  );
}

function mayConcern(filters: readonly Filter[], app: string): boolean {
  return filters.every((filter) => {
    if (!('field' in filter) || filter.field !== 'app') return true;
    const named = filter.values.some((value) => fold(String(value)) === fold(app));
    return filter.operator === 'equals' ? named : filter.operator !== 'doesNotEqual' || !named;
  });
}

function rowsOf(filters: readonly Filter[]): FilterRow[] {
  return filters.flatMap((filter): FilterRow[] => {
    if ('any' in filter) return rowsOf(filter.any);
    if ('all' in filter) return rowsOf(filter.all);
    return 'not' in filter ? rowsOf([filter.not]) : [filter];
  });
}

function dependsOnTag(row: FilterRow, tags: readonly string[]): boolean {
  if (row.field !== 'device.tags') return false;
  const proven = tags.map(fold);
  if (proven.includes(tag)) return false;
  if (row.operator === 'isSet' || row.operator === 'isNotSet') return proven.length === 0;
  const wanted = row.values.map((value) => fold(String(value)));
  return wanted.includes(tag) && !wanted.some((value) => proven.includes(value));
}
