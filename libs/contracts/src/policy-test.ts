// A test of policies, written beside them as YAML documents of kind PolicyTest.
import { z } from 'zod';
import { clientApps, deviceTags, deviceTypes, userAgentTags } from './vocabulary.ts';

/** Why the content of the tested file cannot be read, as in a policy's `unscannable`. */
export const testUnscannableSchema = z.enum([
  'tooLarge',
  'encrypted',
  'corrupt',
  'unsupportedType',
  'timeout',
  'scannerDown',
]);

const oneOrMany = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === 'string' ? [given] : given));

/** The file of a tested download. What is left out is known and absent: no label, no finding, no malware. */
export const testFileSchema = z.strictObject({
  name: z.string().optional(),
  /** Without them: the extension of the name. */
  extensions: oneOrMany.optional(),
  type: oneOrMany.prefault([]),
  typeMismatch: z.boolean().optional(),
  bytes: z.number().int().min(0).default(1024),
  label: oneOrMany.prefault([]),
  /** Distinct findings by sensitive information type, at the highest confidence. */
  content: z.record(z.string(), z.number().int().min(1)).default({}),
  malware: z.boolean().default(false),
  unscannable: testUnscannableSchema.optional(),
});

/** The tested moment. What is left out is absent, as it would be in traffic. */
export const testRequestSchema = z.strictObject({
  /** Without it: `download` when a file is given, else `login`. Access policies are asked about `login` only. */
  activity: z.string().optional(),
  app: z.string().default('any-app'),
  user: z.string().default('ann@example.com'),
  groups: oneOrMany.prefault([]),
  deviceTags: z.union([z.array(z.enum(deviceTags)), z.enum(deviceTags).transform((tag) => [tag])]).default([]),
  deviceType: z.enum(deviceTypes).optional(),
  clientApp: z.enum(clientApps).default('browser'),
  userAgent: z.string().optional(),
  userAgentTags: z.array(z.enum(userAgentTags)).default([]),
  ip: z.string().default('192.0.2.1'),
  ipCategory: z.string().optional(),
  ipTags: oneOrMany.prefault([]),
  isp: z.string().optional(),
  country: z.string().length(2).optional(),
  file: testFileSchema.optional(),
});
export type TestRequest = z.infer<typeof testRequestSchema>;

export const testExpectationSchema = z.strictObject({
  /** The combined action; `none`: no policy matched. */
  action: z.enum(['none', 'block', 'stepUp', 'protect', 'coach', 'allow']).optional(),
  /** Name of the policy that won. */
  policy: z.string().optional(),
  /** Names of all policies that matched, in any order. */
  matched: z.array(z.string()).optional(),
  /** Names of report-only policies that would have matched, in any order. */
  reportOnly: z.array(z.string()).optional(),
  reason: z.string().optional(),
  /** A part of the message shown. */
  message: z.string().optional(),
});

export const policyTestSchema = z.strictObject({
  apiVersion: z.literal('gatehouse/v1').default('gatehouse/v1'),
  kind: z.literal('PolicyTest'),
  name: z.string().trim().min(1).max(200),
  /** Only these policies, judged as if enabled. Without them: all policies of the set, as they stand. */
  policies: z.array(z.string()).min(1).optional(),
  /** What all cases share; a case overrides it. */
  given: z.record(z.string(), z.unknown()).default({}),
  cases: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        request: z.record(z.string(), z.unknown()).default({}),
        expect: testExpectationSchema,
      }),
    )
    .min(1)
    .max(500),
});
export type PolicyTest = z.infer<typeof policyTestSchema>;
