// Replay: recorded decisions judged anew with a changed set of policies, by the same core as enforcement.
import { z } from 'zod';
import { activitySchema } from './activity.ts';
import { defineRequest } from './definition.ts';
import { decisionKindSchema, recordedFactsSchema } from './recorded-facts.ts';
import { actionTypes } from './vocabulary.ts';

/** What replay reads of an activity: the facts of its decision, and what a list of samples shows. No findings. */
export const recordedDecisionSchema = activitySchema
  .pick({
    id: true,
    referenceId: true,
    time: true,
    app: true,
    host: true,
    activityType: true,
    user: true,
    groups: true,
    ip: true,
    ipCategory: true,
    ipTags: true,
    isp: true,
    country: true,
    deviceType: true,
    deviceTags: true,
    userAgent: true,
    userAgentTags: true,
    clientApp: true,
  })
  .extend({ size: z.number().int().optional(), facts: recordedFactsSchema });
export type RecordedDecision = z.infer<typeof recordedDecisionSchema>;

/** One page of recorded decisions of one kind, newest first. */
export const activityReplayPage = defineRequest({
  subject: 'activity.replayPage',
  input: z.object({
    kind: decisionKindSchema,
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    limit: z.number().int().min(1).max(1000),
    /** Opaque, from the last answer. */
    cursor: z.string().optional(),
  }),
  output: z.object({
    decisions: z.array(recordedDecisionSchema),
    nextCursor: z.string().optional(),
    /** On the first page: decisions of this kind recorded before facts were kept (counted up to 10,000). */
    withoutFacts: z.number().int().default(0),
  }),
  deadlineMs: 10_000,
});

/** One change of the policies in force: new (no id), changed (id and policy), deleted (policy null). */
export const policyChangeSchema = z.strictObject({ id: z.string().optional(), policy: z.unknown() });
export type PolicyChange = z.infer<typeof policyChangeSchema>;

export const replayVerdicts = [...actionTypes, 'unknown'] as const;
export type ReplayVerdict = (typeof replayVerdicts)[number];
const replayVerdictSchema = z.enum(replayVerdicts);

const judgedSchema = z.object({ verdict: replayVerdictSchema, policyName: z.string().optional() });

export const replaySampleSchema = z.object({
  activityId: z.string(),
  referenceId: z.string(),
  time: z.string(),
  user: z.string(),
  app: z.string(),
  activityType: z.string(),
  fileName: z.string().optional(),
  old: judgedSchema,
  new: judgedSchema,
  /** A changed policy matched it. */
  matched: z.boolean(),
  /** What was not learned then and would decide now: sensitive information types, `label`, `size`, `malware`. */
  notScanned: z.array(z.string()).default([]),
});
export type ReplaySample = z.infer<typeof replaySampleSchema>;

export const replayResultSchema = z.object({
  from: z.string(),
  to: z.string(),
  /** Decisions judged anew. */
  considered: z.number().int(),
  /** More were recorded than `limit`: only the newest, from `oldest` on, were judged anew. */
  truncated: z.boolean(),
  oldest: z.string().optional(),
  /** Of the considered ones: a changed policy matches. */
  matched: z.number().int(),
  /** Of the considered ones: another verdict than with the policies in force, both certain. */
  changed: z.number().int(),
  /** Distinct users and apps of those that match or change. */
  users: z.number().int(),
  apps: z.number().int(),
  pairs: z.array(z.object({ old: replayVerdictSchema, new: replayVerdictSchema, count: z.number().int() })),
  /** No verdict can be given, because something was not learned then. `facts` counts most of it by name. */
  notScanned: z.object({
    count: z.number().int(),
    facts: z.array(z.object({ name: z.string(), count: z.number().int() })),
  }),
  /** Recorded before facts were kept: not considered. */
  withoutFacts: z.number().int(),
  samples: z.array(replaySampleSchema).max(100),
  replayMs: z.number(),
});
export type ReplayResult = z.infer<typeof replayResultSchema>;

export const decisionReplay = defineRequest({
  subject: 'decision.replay',
  input: z.object({
    changes: z.array(policyChangeSchema).min(1).max(200),
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    limit: z.number().int().min(1).max(50_000).default(10_000),
    /** Judge report-only changes as if they were enabled: what they would have done. */
    wouldHave: z.boolean().default(false),
  }),
  output: replayResultSchema,
  deadlineMs: 60_000,
});
export type ReplayRequest = z.infer<(typeof decisionReplay)['input']>;
