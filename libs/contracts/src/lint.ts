// What the linter says about a policy.
import { z } from 'zod';

export const lintFindingSchema = z.object({
  /** Name of the rule: `never-matches`. */
  rule: z.string(),
  /** Name of the policy. */
  policy: z.string(),
  /** Where: `activity[0].values[1]`. */
  path: z.string(),
  severity: z.enum(['error', 'warning', 'info']),
  message: z.string(),
  remedy: z.string(),
});
export type LintFinding = z.infer<typeof lintFindingSchema>;
