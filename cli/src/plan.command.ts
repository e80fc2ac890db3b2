// gatehouse plan: 0 nothing to do, 2 changes, 1 problems.
import type { Command } from './command.ts';
import { planSet } from './policy-set.client.ts';
import { planLines } from './print-plan.ts';

export const plan: Command = {
  usage: 'plan [folder] [--set name] [--adopt]',
  about: 'show what apply would change; exits 0 without changes, 2 with changes, 1 on an error',
  run: async ({ folder, set, adopt, connection, print }) => {
    const planned = await planSet(connection(), { folder, set, adopt });
    print(...planLines(planned));
    if (planned.tests.failed.length > 0) return 1;
    return planned.changes.length === 0 ? 0 : 2;
  },
};
