// Whether an app goes through Gatehouse for a user: assignments say so, a bypass takes back for a while.
import type { Bypass, Catalogue } from '@gatehouse/contracts/catalogue';

/** Who wants to use an app. */
export type Person = { readonly user: string; readonly groups: readonly string[] };

export type Routing =
  | { readonly type: 'proxied' }
  /** The real app is theirs to use until the bypass ends. */
  | { readonly type: 'bypassed'; readonly bypass: Bypass }
  /** The app decides: `direct` sends them to the real app, `refuse` to a page. */
  | { readonly type: 'unassigned' };

type Rules = Pick<Catalogue, 'assignments' | 'bypasses'>;

/**
 * How requests of a person for an app are routed at `now`, milliseconds since the epoch (SPEC section 2). Names compare
 * without case, NFC. A bypass counts only for those who would be proxied: it never opens an app to anybody else.
 */
export function routingOf(rules: Rules, app: string, person: Person, now: number): Routing {
  if (!isAssigned(rules, app, person)) return { type: 'unassigned' };
  const bypass = bypassOf(rules, app, person, now);
  return bypass ? { type: 'bypassed', bypass } : { type: 'proxied' };
}

/** Whether some enforced assignment names everyone, the user or one of the groups. */
function isAssigned({ assignments }: Rules, app: string, { user, groups }: Person): boolean {
  const folded = new Set(groups.map(fold));
  return assignments.some(
    (assignment) =>
      assignment.app === app &&
      assignment.enforced &&
      (assignment.everyone ||
        names(assignment.users, user) ||
        assignment.groups.some((group) => folded.has(fold(group)))),
  );
}

/** The bypass that ends last, so that what is told about its end is true. */
function bypassOf({ bypasses }: Rules, app: string, { user }: Person, now: number): Bypass | undefined {
  return bypasses
    .filter((bypass) => bypass.app === app && now < Date.parse(bypass.expiresAt) && names(bypass.users, user))
    .sort((a, b) => Date.parse(b.expiresAt) - Date.parse(a.expiresAt))[0];
}

const names = (values: readonly string[], value: string) => values.some((each) => fold(each) === fold(value));

function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
