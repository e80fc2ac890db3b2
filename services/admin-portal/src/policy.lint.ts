// The linter with what this organisation has.
import type { LintFinding } from '@gatehouse/contracts/lint';
import type { Policy } from '@gatehouse/contracts/policy';
import { types } from '@gatehouse/dlp/information-types/all';
import { lint } from '@gatehouse/policy/lint/lint';
import type { LintFacts, Subject } from '@gatehouse/policy/lint/rule';
import type { DataSource, EntityManager } from 'typeorm';
import { listObjects } from './object.store.ts';
import { listPolicies, reportOnlySince } from './policy.store.ts';

export async function lintFacts(db: DataSource | EntityManager): Promise<LintFacts> {
  return {
    now: new Date().toISOString(),
    apps: (await listObjects(db, 'apps')).map(({ value }) => value),
    assignments: (await listObjects(db, 'assignments')).map(({ value }) => value),
    ipRanges: (await listObjects(db, 'ip-ranges')).map(({ value }) => value),
    types: types.map(({ id }) => id),
  };
}

/** Stored policies as the linter wants them; `without` leaves some out, by id. */
export async function storedSubjects(
  db: DataSource | EntityManager,
  without: (id: string) => boolean = () => false,
): Promise<Subject[]> {
  const since = await reportOnlySince(db);
  return (await listPolicies(db))
    .filter(({ id }) => !without(id))
    .map(({ id, policy }) => {
      const reportOnly = since.get(id);
      return { policy, ...(reportOnly === undefined ? {} : { reportOnlySince: reportOnly }) };
    });
}

/** Findings about all stored policies. */
export async function lintStored(db: DataSource): Promise<LintFinding[]> {
  return lint(await storedSubjects(db), await lintFacts(db));
}

/** Findings about a draft among the other policies. */
export async function lintDraft(db: DataSource, draft: Policy, editedId: string | undefined): Promise<LintFinding[]> {
  const since = editedId === undefined ? undefined : (await reportOnlySince(db)).get(editedId);
  const subject = { policy: draft, ...(since === undefined ? {} : { reportOnlySince: since }) };
  const others = await storedSubjects(db, (id) => id === editedId);
  return lint([subject, ...others], await lintFacts(db)).filter(({ policy }) => policy === draft.name);
}
