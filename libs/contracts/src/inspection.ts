// inspection.open and protection.open: an instance with room lends a data-plane URL and a one-time token.
// The PEP then POSTs the bytes there (`Authorization: Bearer <token>`) and reads the result as JSON (inspection)
// or as the protected bytes (protection).
import { z } from 'zod';
import { contentMatchSchema, findingSchema } from './decision.ts';
import { defineRequest } from './definition.ts';
import { fileRightSchema } from './label.ts';

export const inspectionOpen = defineRequest({
  subject: 'inspection.open',
  input: z.object({
    decisionId: z.uuid(),
    fileName: z.string().optional(),
    declaredType: z.string().optional(),
    /** Sensitive information type ids; empty: only type, label and hash. */
    types: z.array(z.string()),
    source: z.enum(['content', 'fileName', 'both']).default('content'),
    readLabel: z.boolean(),
  }),
  output: z.object({ url: z.url(), token: z.string().min(32) }),
  deadlineMs: 2_000,
});

export const scanOutcomeSchema = z.discriminatedUnion('status', [
  z.object({ status: z.literal('complete') }),
  z.object({ status: z.literal('partial'), reason: z.string() }),
  z.object({ status: z.literal('encrypted'), kind: z.string() }),
  z.object({ status: z.literal('unsupportedType') }),
  z.object({ status: z.literal('corrupt'), where: z.string() }),
  z.object({ status: z.literal('tooLarge'), limit: z.string() }),
  z.object({ status: z.literal('timeout'), stage: z.string() }),
]);
export type ScanOutcome = z.infer<typeof scanOutcomeSchema>;

/** Labels found in a file: `none`, `labelled`, `unreadable` (could not be read) or `protected` (rights managed). */
export const labelReadingSchema = z.object({
  state: z.enum(['none', 'labelled', 'unreadable', 'protected']),
  labels: z.array(
    z.object({
      siteId: z.string().optional(),
      id: z.string(),
      name: z.string().optional(),
      method: z.string().optional(),
    }),
  ),
});
export type LabelReading = z.infer<typeof labelReadingSchema>;

export const inspectionResultSchema = z.object({
  outcome: scanOutcomeSchema,
  size: z.number().int(),
  sha256: z.string(),
  detectedType: z.string(),
  matches: z.array(contentMatchSchema),
  /** Masked samples, capped. */
  findings: z.array(findingSchema),
  label: labelReadingSchema.optional(),
  scanMs: z.number(),
});
export type InspectionResult = z.infer<typeof inspectionResultSchema>;

export const protectionOpen = defineRequest({
  subject: 'protection.open',
  input: z.object({
    decisionId: z.uuid(),
    fileName: z.string(),
    label: z.string(),
    user: z.string(),
    app: z.string(),
    sessionId: z.uuid().optional(),
    /** A policy may narrow what the label permits: rights beyond these are taken away. */
    maxRights: z.array(fileRightSchema).min(1).optional(),
  }),
  output: z.discriminatedUnion('type', [
    z.object({ type: z.literal('opened'), url: z.url(), token: z.string().min(32) }),
    /** The labeler cannot protect: the PEP blocks with LABELER_FAILED. */
    z.object({ type: z.literal('refused'), reason: z.string() }),
  ]),
  deadlineMs: 2_000,
});
