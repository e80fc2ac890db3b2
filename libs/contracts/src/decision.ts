// decision.evaluate: what the PEP asks, what the PDP answers (AuthZEN shape).
import { z } from 'zod';
import { defineRequest } from './definition.ts';
import { certificateReasonSchema, reasonSchema, unscannableReasonSchema } from './reason.ts';
import { actionTypeSchema, clientApps, deviceTypes, severitySchema } from './vocabulary.ts';

/** One masked hit of a sensitive information type. Never the raw value. */
export const findingSchema = z.object({
  type: z.string(),
  confidence: z.union([z.literal(65), z.literal(75), z.literal(85)]),
  place: z.string(),
  evidence: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;

/** Distinct instances of one sensitive information type, by confidence reached. */
export const contentMatchSchema = z.object({
  type: z.string(),
  instances: z.object({ 65: z.number().int(), 75: z.number().int(), 85: z.number().int() }),
});
export type ContentMatch = z.infer<typeof contentMatchSchema>;

/**
 * A fact that can still be learned is `pending`; one that could not be learned is `unscannable` with the reason;
 * a plain value is known; a missing key is absent.
 */
const pendingSchema = z.object({ state: z.literal('pending') });
const unscannableStateSchema = z.object({ state: z.literal('unscannable'), reason: unscannableReasonSchema });

export const contentFactSchema = z.discriminatedUnion('state', [
  pendingSchema,
  unscannableStateSchema.extend({ matches: z.array(contentMatchSchema).default([]) }),
  z.object({ state: z.literal('known'), matches: z.array(contentMatchSchema) }),
]);
export const labelFactSchema = z.discriminatedUnion('state', [
  pendingSchema,
  unscannableStateSchema,
  z.object({ state: z.literal('known'), labels: z.array(z.string()) }),
]);
export const sizeFactSchema = z.discriminatedUnion('state', [
  pendingSchema,
  z.object({ state: z.literal('known'), bytes: z.number().int() }),
]);
export const malwareFactSchema = z.discriminatedUnion('state', [
  pendingSchema,
  unscannableStateSchema,
  z.object({ state: z.literal('known'), infected: z.boolean() }),
]);

export const fileFactsSchema = z.object({
  name: z.string().optional(),
  /** Lower case, without the dot: the name's and the detected type's. */
  extensions: z.array(z.string()).default([]),
  /** `document`, `spreadsheet` … and the detected MIME type. */
  types: z.array(z.string()).default([]),
  typeMismatch: z.boolean().optional(),
  size: sizeFactSchema.default({ state: 'pending' }),
  label: labelFactSchema.default({ state: 'pending' }),
  content: contentFactSchema.default({ state: 'pending' }),
  malware: malwareFactSchema.default({ state: 'pending' }),
});
export type FileFacts = z.infer<typeof fileFactsSchema>;

export const subjectSchema = z.object({
  type: z.literal('user'),
  id: z.string(),
  properties: z.object({
    groups: z.array(z.string()).default([]),
    deviceTags: z.array(z.string()).default([]),
    /** Why a client certificate gave no tag, shown in the trace. */
    certificateReason: certificateReasonSchema.optional(),
  }),
});

export const contextSchema = z.object({
  time: z.string(),
  ip: z.string(),
  ipCategory: z.string().optional(),
  ipTags: z.array(z.string()).default([]),
  isp: z.string().optional(),
  country: z.string().optional(),
  userAgent: z.string().optional(),
  userAgentTags: z.array(z.string()).default([]),
  deviceType: z.enum(deviceTypes).optional(),
  clientApp: z.enum(clientApps).default('browser'),
});
export type DecisionContext = z.infer<typeof contextSchema>;

export const decisionRequestSchema = z.object({
  decisionId: z.uuid(),
  /** `access`: may a session exist at all; `session`: may this one activity happen. */
  scope: z.enum(['access', 'session']),
  subject: subjectSchema,
  action: z.object({ name: z.string() }),
  resource: z.object({
    type: z.literal('app'),
    id: z.string(),
    properties: z.object({
      host: z.string(),
      file: fileFactsSchema.optional(),
      /** The app's strict mode: what a policy wanted inspected and was not fully inspected is not delivered. */
      strictMode: z.boolean().optional(),
    }),
  }),
  context: contextSchema,
});
export type DecisionRequest = z.infer<typeof decisionRequestSchema>;

export const rowTraceSchema = z.object({
  field: z.string(),
  operator: z.string(),
  values: z.array(z.union([z.string(), z.number(), z.boolean()])),
  /** `brokenReference`: the row names something that was deleted, so nobody can tell. */
  result: z.enum(['hit', 'miss', 'absent', 'pending', 'unscannable', 'brokenReference']),
  /** Whether the row counts as true (an absent attribute satisfies a negative row). */
  satisfied: z.boolean().nullable(),
  seen: z.array(z.union([z.string(), z.number(), z.boolean()])),
  part: z.enum(['activity', 'files', 'inspection']),
  note: z.string().optional(),
});
export type RowTrace = z.infer<typeof rowTraceSchema>;

/** How rows hang together: the place of a row in `rows`, or a group of such. */
export type RowLogic =
  | number
  | { readonly any: readonly RowLogic[] }
  | { readonly all: readonly RowLogic[] }
  | { readonly not: RowLogic };
export const rowLogicSchema: z.ZodType<RowLogic> = z.lazy(() =>
  z.union([
    z.number().int(),
    z.object({ any: z.array(rowLogicSchema) }),
    z.object({ all: z.array(rowLogicSchema) }),
    z.object({ not: rowLogicSchema }),
  ]),
);

/** What a policy that counts as matched asks for, and why: its action, or that of its unscannable cell. */
export const effectSchema = z.object({
  action: actionTypeSchema,
  reason: reasonSchema,
  alert: z.boolean(),
  dueToDefault: z.boolean(),
  message: z.string().optional(),
  label: z.string().optional(),
  labelPriority: z.number().optional(),
  requireJustification: z.boolean().optional(),
  authnContext: z.array(z.string()).optional(),
});
export type Effect = z.infer<typeof effectSchema>;

export const policyTraceSchema = z.object({
  policyId: z.string(),
  version: z.number().int(),
  name: z.string(),
  state: z.enum(['enabled', 'reportOnly']),
  severity: severitySchema,
  /** `brokenReference`: counts as matched, since a row that might miss names something deleted. */
  outcome: z.enum(['matched', 'notMatched', 'needsMore', 'unscannable', 'brokenReference']),
  action: actionTypeSchema,
  rows: z.array(rowTraceSchema),
  /** Given where rows stand in groups; without it every row must hold. */
  logic: z.array(rowLogicSchema).optional(),
  /** Given if the policy counts. */
  effect: effectSchema.optional(),
  /** Strict mode: it wanted the file inspected, and the file was not fully inspected. */
  uninspected: z.boolean().optional(),
});
export type PolicyTrace = z.infer<typeof policyTraceSchema>;

export const matchedPolicySchema = z.object({
  id: z.string(),
  version: z.number().int(),
  name: z.string(),
  severity: severitySchema,
  action: actionTypeSchema,
  result: z.enum(['won', 'composed', 'overridden']),
  alert: z.boolean(),
});
export type MatchedPolicy = z.infer<typeof matchedPolicySchema>;

export const obligationSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('showMessage'), message: z.string() }),
  z.object({ type: z.literal('protect'), label: z.string() }),
  z.object({ type: z.literal('stepUp'), authnContext: z.array(z.string()) }),
  z.object({ type: z.literal('coach'), requireJustification: z.boolean() }),
]);
export type Obligation = z.infer<typeof obligationSchema>;

export const verdictSchema = z.object({
  action: actionTypeSchema,
  reason: reasonSchema,
  /** Set when the verdict follows the default behaviour or an unscannable cell, in words for people. */
  dueToDefault: z.boolean().default(false),
  policyName: z.string().optional(),
  obligations: z.array(obligationSchema),
  matched: z.array(matchedPolicySchema),
  reportOnly: z.array(matchedPolicySchema),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** What the PEP must learn before the verdict is certain. */
export const needsSchema = z.object({
  size: z.boolean(),
  label: z.boolean(),
  malware: z.boolean(),
  /** Ids of sensitive information types to look for; empty: no content scan. */
  content: z.array(z.string()),
  /** False: look at the file name only. */
  contentSource: z.enum(['content', 'fileName', 'both']).default('content'),
});
export type Needs = z.infer<typeof needsSchema>;

export const decisionAnswerSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('needs'),
    decisionId: z.string(),
    needs: needsSchema,
    trace: z.array(policyTraceSchema),
  }),
  z.object({
    type: z.literal('verdict'),
    decisionId: z.string(),
    verdict: verdictSchema,
    trace: z.array(policyTraceSchema),
    /** Decided from a signed snapshot because the PDP did not answer. */
    stale: z.boolean().default(false),
    snapshotVersion: z.number().int().default(0),
    evaluationMs: z.number().default(0),
  }),
]);
export type DecisionAnswer = z.infer<typeof decisionAnswerSchema>;

export const decisionEvaluate = defineRequest({
  subject: 'decision.evaluate',
  input: decisionRequestSchema,
  output: decisionAnswerSchema,
  deadlineMs: 800,
});
