// gatehouse apply: tests first, then exactly the plan shown, all of it or nothing.
import type { Command } from './command.ts';
import { applySet, planSet, requirePassed } from './policy-set.client.ts';
import { planLines } from './print-plan.ts';

export const apply: Command = {
  usage: 'apply [folder] [--set name] [--adopt]',
  about: 'run the tests, then make the portal hold what the files say: all of it or nothing',
  run: async ({ folder, set, adopt, connection, print }) => {
    const options = { folder, set, adopt };
    const planned = await planSet(connection(), options);
    print(...planLines(planned));
    requirePassed(planned);
    if (planned.changes.length === 0) return 0;
    await applySet(connection(), options, planned.revision);
    print(`applied ${planned.changes.length} ${planned.changes.length === 1 ? 'change' : 'changes'}`);
    return 0;
  },
};
