// What the portal asks activity-log and alert-notifier; each answers from its own tables.
import { z } from 'zod';
import { activitySchema } from './activity.ts';
import { defineRequest } from './definition.ts';
import { severitySchema } from './vocabulary.ts';

/** All given filters must hold; inside one list any value does. */
export const activityFilterSchema = z.object({
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  app: z.array(z.string()).optional(),
  user: z.array(z.string()).optional(),
  activityType: z.array(z.string()).optional(),
  appliedAction: z.array(z.string()).optional(),
  policy: z.array(z.string()).optional(),
  ip: z.string().optional(),
  country: z.array(z.string()).optional(),
  deviceTag: z.array(z.string()).optional(),
  sessionId: z.string().optional(),
  /** Reference id, file name or user, whichever fits. */
  search: z.string().optional(),
});
export type ActivityFilter = z.infer<typeof activityFilterSchema>;

/** A row of the list: the activity without its trace and the facts behind it. */
export const activityRowSchema = activitySchema.omit({ trace: true, facts: true });
export type ActivityRow = z.infer<typeof activityRowSchema>;

export const activityList = defineRequest({
  subject: 'activity.list',
  input: z.object({
    filter: activityFilterSchema.default({}),
    limit: z.number().int().min(1).max(500).default(50),
    /** Opaque, from the last answer. */
    cursor: z.string().optional(),
  }),
  output: z.object({ activities: z.array(activityRowSchema), nextCursor: z.string().optional() }),
  deadlineMs: 5_000,
});

/** A signed end of the activity chain, as the log of activity-log also has it. */
export const checkpointSchema = z.object({
  seq: z.string().regex(/^\d{1,18}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime(),
  signature: z.string().max(200),
});
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** Recomputes the whole chain and compares it with all checkpoints: its own and those kept elsewhere. */
export const activityVerify = defineRequest({
  subject: 'activity.verify',
  input: z.object({ checkpoints: z.array(checkpointSchema).max(1_000).default([]) }),
  output: z.discriminatedUnion('intact', [
    /** `signed` false: no key is configured, and a cut tail cannot be told. */
    z.object({ intact: z.literal(true), links: z.number().int(), head: z.string(), signed: z.boolean() }),
    z.object({
      intact: z.literal(false),
      seq: z.string(),
      problem: z.enum(['gap', 'link', 'row', 'missingRow', 'extraRow', 'signature', 'checkpoint']),
    }),
  ]),
  deadlineMs: 120_000,
});

/** By activity id or reference id. */
export const activityGet = defineRequest({
  subject: 'activity.get',
  input: z.object({ id: z.string() }),
  output: z.object({ activity: activitySchema.nullable() }),
  deadlineMs: 2_000,
});

export const activityCount = defineRequest({
  subject: 'activity.count',
  input: z.object({
    filter: activityFilterSchema.default({}),
    by: z.enum(['appliedAction', 'app', 'user', 'policy', 'day']),
  }),
  output: z.object({ groups: z.array(z.object({ key: z.string(), count: z.number().int() })) }),
  deadlineMs: 5_000,
});

export const alertStates = ['open', 'acknowledged', 'snoozed', 'closed'] as const;
export const alertResolutions = ['truePositive', 'falsePositive', 'benign'] as const;
/** Lowest severity that reaches a recipient; `none`: nothing does. */
export const leastSeverities = ['low', 'medium', 'high', 'none'] as const;
export const alertSchema = z.object({
  id: z.uuid(),
  activityId: z.uuid(),
  referenceId: z.string(),
  policyId: z.string(),
  policyName: z.string(),
  severity: severitySchema,
  user: z.string(),
  app: z.string(),
  action: z.string(),
  fileName: z.string().optional(),
  matchedAt: z.iso.datetime(),
  state: z.enum(alertStates),
  resolution: z.enum(alertResolutions).optional(),
  assignee: z.string().optional(),
  snoozedUntil: z.iso.datetime().optional(),
  /** Over the daily limit: counted, not sent. */
  suppressed: z.boolean(),
});
export type Alert = z.infer<typeof alertSchema>;

export const alertList = defineRequest({
  subject: 'alert.list',
  input: z.object({
    state: z.enum(alertStates).optional(),
    assignee: z.string().optional(),
    policyId: z.string().optional(),
    limit: z.number().int().min(1).max(500).default(50),
    before: z.iso.datetime().optional(),
  }),
  output: z.object({
    alerts: z.array(alertSchema),
    counts: z.object({ open: z.number().int(), sent: z.number().int(), suppressed: z.number().int() }),
  }),
  deadlineMs: 5_000,
});

export const deliverySchema = z.object({
  id: z.uuid(),
  alertId: z.uuid(),
  channel: z.enum(['email', 'sms', 'webhook']),
  recipient: z.string(),
  /** `muted`: not sent, for the recipient asked for higher severities only, or for none. */
  status: z.enum(['pending', 'delivered', 'failed', 'capped', 'muted']),
  attempts: z.number().int(),
  providerId: z.string().optional(),
  error: z.string().optional(),
  updatedAt: z.iso.datetime(),
});
export type Delivery = z.infer<typeof deliverySchema>;

/** One step in the life of an alert. */
export const alertEventSchema = z.object({
  at: z.iso.datetime(),
  by: z.string(),
  state: z.enum(alertStates).optional(),
  resolution: z.enum(alertResolutions).optional(),
  snoozedUntil: z.iso.datetime().optional(),
  /** Null: given back. */
  assignee: z.string().nullable().optional(),
  comment: z.string().optional(),
  undone: z.boolean().optional(),
});
export type AlertEvent = z.infer<typeof alertEventSchema>;

export const alertGet = defineRequest({
  subject: 'alert.get',
  input: z.object({ id: z.uuid() }),
  output: z.object({
    alert: alertSchema.nullable(),
    deliveries: z.array(deliverySchema),
    timeline: z.array(alertEventSchema).default([]),
  }),
  deadlineMs: 2_000,
});

export const alertUpdate = defineRequest({
  subject: 'alert.update',
  input: z.object({
    ids: z.array(z.uuid()).min(1).max(500),
    state: z.enum(alertStates).optional(),
    /** Only with `closed`. */
    resolution: z.enum(alertResolutions).optional(),
    /** Only with `snoozed`, and needed there. */
    snoozedUntil: z.iso.datetime().optional(),
    assignee: z.string().min(1).max(320).nullable().optional(),
    comment: z.string().trim().min(1).max(2_000).optional(),
    by: z.string(),
  }),
  /** `changeId` undoes the whole change within ten seconds. */
  output: z.object({ updated: z.number().int(), changeId: z.uuid().optional() }),
  deadlineMs: 2_000,
});

/** Takes a change back where nothing happened since; comments stay. */
export const alertUndo = defineRequest({
  subject: 'alert.undo',
  input: z.object({ changeId: z.uuid(), by: z.string() }),
  output: z.object({ undone: z.number().int() }),
  deadlineMs: 2_000,
});

/** A signed link of an e-mail: looked at (`act` false) or carried out. The token alone is the right to do so. */
export const alertLink = defineRequest({
  subject: 'alert.link',
  input: z.object({
    token: z.string().max(2_000),
    act: z.boolean(),
    /** How long to snooze. */
    hours: z.number().int().min(1).max(168).default(4),
  }),
  output: z.discriminatedUnion('type', [
    z.object({ type: z.literal('refused'), cause: z.enum(['invalid', 'expired', 'closed', 'gone']) }),
    z.object({
      type: z.enum(['form', 'done']),
      action: z.enum(['acknowledge', 'snooze', 'unsubscribe']),
      recipient: z.string(),
      policyName: z.string().optional(),
      severity: severitySchema.optional(),
    }),
  ]),
  deadlineMs: 2_000,
});

export const recipientPreferenceSchema = z.object({
  channel: z.enum(['email', 'sms']),
  recipient: z.string().min(1).max(320),
  leastSeverity: z.enum(leastSeverities),
});
export type RecipientPreference = z.infer<typeof recipientPreferenceSchema>;

export const recipientList = defineRequest({
  subject: 'recipient.list',
  input: z.object({}),
  output: z.object({
    recipients: z.array(recipientPreferenceSchema.extend({ updatedBy: z.string(), updatedAt: z.iso.datetime() })),
  }),
  deadlineMs: 2_000,
});

export const recipientPrefer = defineRequest({
  subject: 'recipient.prefer',
  input: recipientPreferenceSchema.extend({ by: z.string() }),
  output: z.object({}),
  deadlineMs: 2_000,
});

export const channelTest = defineRequest({
  subject: 'channel.test',
  input: z.object({ channel: z.enum(['email', 'sms']), recipient: z.string(), by: z.string() }),
  output: z.object({ ok: z.boolean(), answer: z.string() }),
  deadlineMs: 15_000,
});
