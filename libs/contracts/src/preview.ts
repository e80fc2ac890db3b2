// What the portal asks the PDP while a policy is edited: the same core as enforcement, never a second one.
import { z } from 'zod';
import { decisionAnswerSchema, decisionRequestSchema } from './decision.ts';
import { defineRequest } from './definition.ts';

/** What-if: a decision over stored policies, plus an unsaved draft if given, recorded nowhere. */
export const decisionPreview = defineRequest({
  subject: 'decision.preview',
  input: z.object({ request: decisionRequestSchema, draft: z.unknown().optional() }),
  output: decisionAnswerSchema,
  deadlineMs: 2_000,
});
