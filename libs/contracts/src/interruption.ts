// What a person has to do before a download goes on: the edge opens an interruption, sign-in has its pages.
import { z } from 'zod';
import { matchedPolicySchema } from './decision.ts';
import { defineRequest } from './definition.ts';
import { sessionSchema } from './session.ts';
import { referenceIdSchema } from './vocabulary.ts';

export const interruptionSchema = z.object({
  ask: z.discriminatedUnion('type', [
    z.object({ type: z.literal('stepUp'), authnContext: z.array(z.string()).min(1) }),
    z.object({ type: z.literal('coach'), requireJustification: z.boolean() }),
  ]),
  session: sessionSchema,
  /** Suffixed host, without port. */
  host: z.string(),
  /** Path and query that is opened (GET) once it is done. */
  target: z.string().max(8192),
  /** Path and query of the page it was asked for from, on the same host. */
  back: z.string().max(8192).optional(),
  /** What was decided about what: an acceptance counts for nothing else. */
  decision: z.string(),
  fileName: z.string().optional(),
  /** The policy's message, placeholders filled; plain text. */
  message: z.string().optional(),
  referenceId: referenceIdSchema,
  matched: z.array(matchedPolicySchema),
});
export type Interruption = z.infer<typeof interruptionSchema>;

/** Keeps the interruption for 15 minutes. The flow is opaque and all that travels through the browser. */
export const interruptionOpen = defineRequest({
  subject: 'interruption.open',
  input: interruptionSchema,
  output: z.object({ flow: z.string() }),
  deadlineMs: 2_000,
});

/** Takes an accepted warning of this session about this file and decision, once. */
export const interruptionPass = defineRequest({
  subject: 'interruption.pass',
  input: z.object({ sessionId: z.uuid(), host: z.string(), target: z.string(), decision: z.string() }),
  output: z.discriminatedUnion('type', [
    z.object({ type: z.literal('passed'), justification: z.string().optional() }),
    z.object({ type: z.literal('none') }),
  ]),
  deadlineMs: 2_000,
});
