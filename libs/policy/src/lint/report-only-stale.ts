// Report-only is a trial; after 30 days it is a policy that everybody believes to be in force (SPEC section 3).
import type { Rule } from './rule.ts';

const limitDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

export const reportOnlyStale: Rule = {
  id: 'report-only-stale',
  severity: 'warning',
  check: ({ policy, reportOnlySince }, _, { now }) => {
    if (policy.state !== 'reportOnly' || reportOnlySince === undefined || now === undefined) return [];
    const days = Math.floor((Date.parse(now) - Date.parse(reportOnlySince)) / dayMs);
    if (days <= limitDays) return [];
    const message = `Report-only for ${days} days: nothing has been enforced since.`;
    return [{ path: 'state', message, remedy: 'Read what it would have done, then enable or disable it.' }];
  },
};
