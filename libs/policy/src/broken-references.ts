// Names in a policy whose object was deleted by force: what they meant is gone, so nobody can tell whether they hit.
import type { BrokenReference } from '@gatehouse/contracts/policy';
import { fold } from './match/text-match.ts';

/** Which values are broken, by folded value for each field. */
export type BrokenReferences = ReadonlyMap<string, ReadonlySet<string>>;

export const noBrokenReferences: BrokenReferences = new Map();

/** Index of the references a stored policy carries. An app that is gone sends no requests: its rows stay certain. */
export function indexBrokenReferences(references: readonly BrokenReference[] = []): BrokenReferences {
  const unclear = references.filter(({ field }) => field !== 'app');
  const byField = Map.groupBy(unclear, ({ field }) => field);
  return new Map([...byField].map(([field, broken]) => [field, new Set(broken.map(({ value }) => fold(value)))]));
}

/** True if this value of this field names something that is gone. */
export function isBroken(broken: BrokenReferences, field: string, value: string | number | boolean): boolean {
  return broken.get(field)?.has(fold(String(value))) ?? false;
}
