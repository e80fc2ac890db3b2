// Two policies that do the same alert twice, and one of them is forgotten in the next change.
import { sameEffect } from './dominance.ts';
import type { Rule } from './rule.ts';

export const duplicatePolicy: Rule = {
  id: 'duplicate-policy',
  severity: 'warning',
  check: (subject, others) => {
    const { name, state } = subject.policy;
    if (state === 'disabled') return [];
    // Said once, on the later name.
    const twin = others.find(
      (other) => other.policy.state === state && other.policy.name < name && sameEffect(other, subject),
    );
    if (twin === undefined) return [];
    const message = `"${twin.policy.name}" does exactly the same.`;
    return [{ path: 'name', message, remedy: 'Keep one of the two.' }];
  },
};
