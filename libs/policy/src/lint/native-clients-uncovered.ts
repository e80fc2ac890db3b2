// A policy for browsers only leaves the desktop and phone apps open.
import { type Literal, literalsOf } from './literal.ts';
import { concerns, namedApps } from './named-apps.ts';
import { type Rule, restricts, type Subject } from './rule.ts';

function browsersOnly({ field, operator, negated, values }: Literal): boolean {
  if (field === 'clientApp' && operator === 'equals') return values.includes('mobiledesktop') === negated;
  return field === 'userAgent.tags' && negated && values.some((value) => /^native ?(client|app)$/u.test(value));
}

function coversNative({ policy }: Subject, apps: readonly string[]): boolean {
  if (!restricts(policy) || policy.state === 'disabled' || literalsOf(policy).some(browsersOnly)) return false;
  return apps.length === 0 ? namedApps(policy).length === 0 : apps.every((app) => concerns(policy, app));
}

export const nativeClientsUncovered: Rule = {
  id: 'native-clients-uncovered',
  severity: 'warning',
  check: ({ policy }, others) => {
    const row = literalsOf(policy).find(browsersOnly);
    if (!restricts(policy) || policy.state === 'disabled' || row === undefined) return [];
    const apps = namedApps(policy).map(({ id }) => id);
    if (others.some((other) => coversNative(other, apps))) return [];
    const message = 'Native apps pass: this row leaves them out, and no other policy restricts them.';
    return [{ path: row.path, message, remedy: 'Remove the row, or block native apps with an access policy.' }];
  },
};
