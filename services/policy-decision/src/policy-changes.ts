// The set of policies as it would be after changes that were not saved.
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import type { PolicyChange } from '@gatehouse/contracts/replay';
import { validate } from '@gatehouse/policy/validate';

/** A draft is no valid policy; the portal validates before it asks. */
export class InvalidDraft extends Error {
  readonly code = 'INVALID_DRAFT';
}

export type ChangedSet = {
  readonly policies: readonly StoredPolicy[];
  /** Ids under which the new and changed policies stand in the set. */
  readonly ids: ReadonlySet<string>;
};

/** Applies the changes; `asEnabled` lets report-only drafts act as if they were enabled. */
export function withChanges(
  stored: readonly StoredPolicy[],
  changes: readonly PolicyChange[],
  options: { readonly asEnabled?: boolean } = {},
): ChangedSet {
  const drafts = changes.flatMap((change, at) => draftOf(stored, change, at, options.asEnabled ?? false));
  const touched = new Set(changes.flatMap(({ id }) => (id === undefined ? [] : [id])));
  return {
    policies: [...stored.filter(({ id }) => !touched.has(id)), ...drafts],
    ids: new Set(drafts.map(({ id }) => id)),
  };
}

function draftOf(
  stored: readonly StoredPolicy[],
  { id = '', policy }: PolicyChange,
  at: number,
  asEnabled: boolean,
): StoredPolicy[] {
  if (policy === null) return [];
  const checked = validate(policy);
  if (!('ok' in checked)) throw new InvalidDraft(`draft: ${checked.errors.map(({ field }) => field).join(', ')}`);
  const before = stored.find((one) => one.id === id);
  const acts = asEnabled && checked.ok.state === 'reportOnly';
  return [
    {
      id: id || (at === 0 ? 'draft' : `draft-${at}`),
      version: (before?.version ?? 0) + 1,
      policy: acts ? { ...checked.ok, state: 'enabled' } : checked.ok,
      createdAt: before?.createdAt ?? '',
      updatedAt: '',
      updatedBy: 'draft',
    },
  ];
}
