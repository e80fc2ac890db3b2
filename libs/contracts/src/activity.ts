// activity.recorded: one row per decision, made once by the PEP that enforced it.
import { z } from 'zod';
import { findingSchema, matchedPolicySchema, policyTraceSchema } from './decision.ts';
import { defineEvent } from './definition.ts';
import { labelReadingSchema } from './inspection.ts';
import { certificateReasonSchema, reasonSchema } from './reason.ts';
import { recordedFactsSchema } from './recorded-facts.ts';
import { appliedActionSchema, enforcementLevelSchema, referenceIdSchema } from './vocabulary.ts';

export const activitySchema = z.object({
  id: z.uuid(),
  referenceId: referenceIdSchema,
  time: z.iso.datetime(),
  app: z.string(),
  host: z.string(),
  activityType: z.string(),
  user: z.string(),
  groups: z.array(z.string()).default([]),
  sessionId: z.string().optional(),
  ip: z.string(),
  ipCategory: z.string().optional(),
  ipTags: z.array(z.string()).default([]),
  isp: z.string().optional(),
  country: z.string().optional(),
  deviceType: z.string().optional(),
  deviceTags: z.array(z.string()).default([]),
  /** Why a client certificate gave no tag. */
  certificateReason: certificateReasonSchema.optional(),
  userAgent: z.string().optional(),
  userAgentTags: z.array(z.string()).default([]),
  clientApp: z.string().default('browser'),
  /** Path of the page or file in the app, without its query. */
  path: z.string().default('/'),
  object: z
    .object({
      name: z.string().optional(),
      size: z.number().int().optional(),
      detectedType: z.string().optional(),
      typeMismatch: z.boolean().optional(),
      labels: labelReadingSchema.optional(),
    })
    .optional(),
  /** Why the edge took this for a download (class, confidence, signals). */
  recognition: z.object({ kind: z.string(), confidence: z.string(), signals: z.array(z.string()) }).optional(),
  scan: z.object({
    status: z.enum(['notRequested', 'pending', 'completed', 'partial', 'failed']),
    reason: z.string().optional(),
    findings: z.array(findingSchema).default([]),
  }),
  matchedPolicies: z.array(matchedPolicySchema).default([]),
  reportOnly: z.array(matchedPolicySchema).default([]),
  appliedAction: appliedActionSchema,
  reason: reasonSchema,
  /** Cause in words where the default behaviour or an unscannable cell decided. */
  cause: z.string().optional(),
  /** What the person wrote at a warning before going on. */
  justification: z.string().optional(),
  enforcementLevel: enforcementLevelSchema.default('server'),
  stale: z.boolean().default(false),
  sha256Original: z.string().optional(),
  sha256Delivered: z.string().optional(),
  bytesUp: z.number().int().default(0),
  bytesDown: z.number().int().default(0),
  timings: z.record(z.string(), z.number()).default({}),
  trace: z.array(policyTraceSchema).default([]),
  /** Facts the decision was made from; absent where policies were not asked. */
  facts: recordedFactsSchema.optional(),
});
export type Activity = z.infer<typeof activitySchema>;

export const activityRecorded = defineEvent({
  subject: 'activity.recorded',
  stream: 'ACTIVITY',
  payload: activitySchema,
});
