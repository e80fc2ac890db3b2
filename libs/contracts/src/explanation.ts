// One decision explained, the same for API, command line and portal.
import { z } from 'zod';
import { activitySchema } from './activity.ts';
import { decisionRequestSchema, matchedPolicySchema, policyTraceSchema } from './decision.ts';

const nowSchema = z.object({ version: z.number().int(), state: z.enum(['enabled', 'reportOnly', 'disabled']) });

export const explanationSchema = activitySchema
  .omit({ trace: true, facts: true, matchedPolicies: true, reportOnly: true, recognition: true })
  .extend({
    /** Who won and why, for people. */
    sentence: z.string(),
    winner: matchedPolicySchema.optional(),
    policies: z.array(
      policyTraceSchema.extend({
        /** Absent: it did not match. */
        result: matchedPolicySchema.shape.result.optional(),
        /** What a report-only policy would have done: `would block`. */
        would: z.string().optional(),
        /** The policy as it is today; null: deleted since. */
        now: nowSchema.nullable(),
      }),
    ),
    /** The question again, to be used as what-if; absent where policies were not asked. */
    request: decisionRequestSchema.optional(),
  });
export type Explanation = z.infer<typeof explanationSchema>;
