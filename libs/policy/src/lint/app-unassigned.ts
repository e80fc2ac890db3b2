// Sessions of an app are controlled only for assigned users (SPEC section 2, Routing).
import { namedApps } from './named-apps.ts';
import type { Rule } from './rule.ts';

export const appUnassigned: Rule = {
  id: 'app-unassigned',
  severity: 'error',
  check: ({ policy }, _, { apps, assignments }) => {
    if (apps === undefined || assignments === undefined) return [];
    const onboarded = new Set(apps.map(({ id }) => id));
    const routed = new Set(assignments.filter(({ enforced }) => enforced).map(({ app }) => app));
    return namedApps(policy)
      .filter(({ id }) => onboarded.has(id) && !routed.has(id))
      .map(({ id, path }) => ({
        path,
        message: `Nobody is assigned to "${id}" with proxy enforced restrictions, so this policy never sees it.`,
        remedy: `Create an assignment for "${id}" with the switch on.`,
      }));
  },
};
