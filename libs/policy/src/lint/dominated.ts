// A policy that another one always overrules does nothing; an allow that is meant as an exemption is one of them.
import { dominates, sameEffect } from './dominance.ts';
import type { Rule } from './rule.ts';

export const dominated: Rule = {
  id: 'dominated',
  severity: 'warning',
  check: (subject, others) => {
    const winner = others.find((other) => !sameEffect(other, subject) && dominates(other, subject));
    if (winner === undefined) return [];
    const { name, action } = winner.policy;
    if (subject.policy.action.type === 'allow') {
      return [
        {
          path: 'action.type',
          message: `Allow is no exemption: "${name}" matches too and its ${action.type} wins.`,
          remedy: `Exclude these cases in "${name}" itself, by a row with doesNotEqual.`,
        },
      ];
    }
    const message = `"${name}" matches whenever this policy does, and its ${action.type} wins: this policy has no effect.`;
    return [{ path: 'name', message, remedy: `Delete this policy, or narrow "${name}".` }];
  },
};
