import type { Catalogue } from '@gatehouse/contracts/catalogue';
import type { Identity } from './identity.ts';

/** Whether the app is proxied for this user: some enforced assignment names everyone, the user or one of the groups. */
export function isAssigned(catalogue: Catalogue, app: string, identity: Pick<Identity, 'user' | 'groups'>): boolean {
  const has = (values: readonly string[], value: string) => values.some((each) => fold(each) === fold(value));
  return catalogue.assignments.some(
    (assignment) =>
      assignment.app === app &&
      assignment.enforced &&
      (assignment.everyone ||
        has(assignment.users, identity.user) ||
        identity.groups.some((group) => has(assignment.groups, group))),
  );
}

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
