// No row at all matches every activity of every app (SPEC section 3): right for monitoring, rarely for a block.
import { literalsOf } from './literal.ts';
import { type Rule, restricts } from './rule.ts';

const scope = ['activity.type'];

export const blocksEverything: Rule = {
  id: 'blocks-everything',
  severity: 'warning',
  check: ({ policy }) => {
    if (!restricts(policy) || policy.state === 'disabled') return [];
    if (literalsOf(policy).some(({ field }) => !scope.includes(field))) return [];
    const message = `No row narrows this ${policy.action.type}: it hits every user of every app.`;
    return [{ path: 'activity', message, remedy: 'Add a row on app, user, device or file.' }];
  },
};
