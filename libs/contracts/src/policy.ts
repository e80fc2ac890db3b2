// A policy as an admin writes it (form and YAML are this one object).
import { z } from 'zod';
import { actionTypeSchema, severitySchema } from './vocabulary.ts';

export const operators = [
  'equals',
  'doesNotEqual',
  'contains',
  'doesNotContain',
  'startsWith',
  'endsWith',
  'inRange',
  'greaterThan',
  'lessThan',
  'isSet',
  'isNotSet',
] as const;
export const operatorSchema = z.enum(operators);
export type Operator = z.infer<typeof operatorSchema>;

/** One filter row: field + operator + values. OR among the values. */
export const filterRowSchema = z.strictObject({
  field: z.string().min(1),
  operator: operatorSchema,
  values: z.array(z.union([z.string(), z.number(), z.boolean()])).default([]),
});
export type FilterRow = z.infer<typeof filterRowSchema>;

export type Filter =
  | FilterRow
  | { readonly any: readonly Filter[] }
  | { readonly all: readonly Filter[] }
  | { readonly not: Filter };

export const filterSchema: z.ZodType<Filter> = z.lazy(() =>
  z.union([
    z.strictObject({ any: z.array(filterSchema).min(1) }),
    z.strictObject({ all: z.array(filterSchema).min(1) }),
    z.strictObject({ not: filterSchema }),
    filterRowSchema,
  ]),
);

/** Content inspection: one AND row on `file.content`. */
export const inspectionSchema = z.strictObject({
  source: z.enum(['content', 'fileName']).default('content'),
  match: z.enum(['any', 'all']).default('any'),
  types: z
    .array(
      z.strictObject({
        id: z.string().min(1),
        minInstances: z.number().int().min(1).default(1),
        minConfidence: z.union([z.literal(65), z.literal(75), z.literal(85)]).default(75),
      }),
    )
    .min(1),
  exclude: z.array(z.string()).default([]),
});
export type Inspection = z.infer<typeof inspectionSchema>;

export const unscannableCellSchema = z.enum(['applyAction', 'block', 'allowAndAlert']);
export type UnscannableCell = z.infer<typeof unscannableCellSchema>;

export const unscannableSchema = z.strictObject({
  tooLarge: unscannableCellSchema.default('applyAction'),
  encrypted: unscannableCellSchema.default('applyAction'),
  timeout: unscannableCellSchema.default('applyAction'),
  scannerDown: unscannableCellSchema.default('applyAction'),
  corrupt: unscannableCellSchema.default('allowAndAlert'),
  unsupportedType: unscannableCellSchema.default('allowAndAlert'),
  labelerFailed: z.literal('block').default('block'),
});
export type Unscannable = z.infer<typeof unscannableSchema>;

export const actionSchema = z.strictObject({
  type: actionTypeSchema,
  message: z.string().max(2000).optional(),
  label: z.string().optional(),
  requireJustification: z.boolean().optional(),
  authnContext: z.array(z.string()).optional(),
});

export const alertSettingsSchema = z.strictObject({
  enabled: z.boolean().default(false),
  dailyLimit: z.number().int().min(1).max(1000).default(5),
  email: z.array(z.email()).default([]),
  sms: z.array(z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, like +12025550100')).default([]),
  webhook: z.array(z.url()).default([]),
});
export type AlertSettings = z.infer<typeof alertSettingsSchema>;

const shared = {
  apiVersion: z.literal('gatehouse/v1').default('gatehouse/v1'),
  name: z.string().trim().min(1).max(200),
  description: z.string().max(2000).optional(),
  severity: severitySchema.default('medium'),
  state: z.enum(['enabled', 'reportOnly', 'disabled']).default('enabled'),
  activity: z.array(filterSchema).default([]),
  action: actionSchema,
  alerts: alertSettingsSchema.prefault({}),
};

export const accessPolicySchema = z.strictObject({ kind: z.literal('AccessPolicy'), ...shared });

export const sessionPolicySchema = z.strictObject({
  kind: z.literal('SessionPolicy'),
  ...shared,
  controlType: z.enum(['monitor', 'monitorAndControlDownload']),
  files: z.array(filterSchema).default([]),
  inspection: inspectionSchema.optional(),
  unscannable: unscannableSchema.prefault({}),
});

export const policySchema = z.discriminatedUnion('kind', [accessPolicySchema, sessionPolicySchema]);
export type Policy = z.infer<typeof policySchema>;
export type SessionPolicy = z.infer<typeof sessionPolicySchema>;
export type AccessPolicy = z.infer<typeof accessPolicySchema>;

/**
 * Something a policy names that was deleted by force: the `field` of the rows that name it (`ip.tags`, `file.content`,
 * `file.label` …; `file.content` also means the inspection block, `action.label` the label to protect with) and the
 * `value` as written there. Apps are no such thing: one that is gone sends no requests, so rows on it stay certain.
 */
export const brokenReferenceSchema = z.strictObject({ field: z.string().min(1), value: z.string().min(1) });
export type BrokenReference = z.infer<typeof brokenReferenceSchema>;

/** Where a policy comes from that is kept as code: the name of its set, and the file in it. */
export const policySourceSchema = z.strictObject({ set: z.string().min(1).max(100), path: z.string().min(1).max(500) });
export type PolicySource = z.infer<typeof policySourceSchema>;

/** A policy as it is stored: identity and version beside what the admin wrote. */
export const storedPolicySchema = z.object({
  id: z.string(),
  version: z.number().int().min(1),
  policy: policySchema,
  /** Rows that name one of these cannot be judged any more: the policy then acts as if they were hit. */
  brokenReferences: z.array(brokenReferenceSchema).optional(),
  /** Set while the policy is owned by code: the portal then changes nothing of it. */
  source: policySourceSchema.optional(),
  createdAt: z.string(),
  updatedAt: z.string(),
  updatedBy: z.string(),
});
export type StoredPolicy = z.infer<typeof storedPolicySchema>;
