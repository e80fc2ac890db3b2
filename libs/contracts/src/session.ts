// Sessions as edges see them: sealed records in KV under SHA-256(id), revoked by a tombstone.
import { z } from 'zod';
import { authContextSchema } from './decision.ts';
import { defineBucket, defineEvent } from './definition.ts';
import { sessionCertificateSchema } from './device.ts';
import { certificateReasonSchema } from './reason.ts';

/** What is inside the seal (AES-256-GCM with the key half of the ticket). */
export const sessionSchema = z.object({
  /** Public session id (not the ticket): shown in the portal and the log. */
  sessionId: z.uuid(),
  app: z.string(),
  /** Suffixed host whose cookie this ticket is; absent in records of older sign-ins. */
  host: z.string().optional(),
  /** When this ticket was made, at sign-in or by rotation. */
  ticketIssuedAt: z.iso.datetime().optional(),
  user: z.string(),
  displayName: z.string().optional(),
  groups: z.array(z.string()),
  deviceTags: z.array(z.string()),
  certificateReason: certificateReasonSchema.optional(),
  /** The client certificate behind the tag `validClientCertificate`. */
  certificate: sessionCertificateSchema.optional(),
  identityProvider: z.string(),
  /** Address that the access decision at sign-in was made for. */
  signedInFrom: z.string().optional(),
  authnContext: z.string().optional(),
  authenticatedAt: z.iso.datetime(),
  /** Proofs of the user that came with a time: the sign-in and, after it, step-ups. */
  authContexts: z.array(authContextSchema).optional(),
  createdAt: z.iso.datetime(),
  idleMinutes: z.number().int(),
  absoluteExpiry: z.iso.datetime(),
});
export type Session = z.infer<typeof sessionSchema>;

/** KV value under key hex(SHA-256(ticket id)). */
export const sessionsBucket = defineBucket({
  bucket: 'sessions',
  value: z.discriminatedUnion('state', [
    z.object({
      state: z.literal('active'),
      sessionId: z.uuid(),
      sealed: z.string(),
      expiresAt: z.iso.datetime(),
      /** The ticket was rotated: until then it still opens. */
      graceUntil: z.iso.datetime().optional(),
    }),
    z.object({ state: z.literal('revoked'), sessionId: z.uuid(), revokedAt: z.iso.datetime() }),
  ]),
});

export const sessionStarted = defineEvent({
  subject: 'session.started',
  stream: 'SESSION',
  payload: z.object({
    id: z.uuid(),
    sessionId: z.uuid(),
    user: z.string(),
    app: z.string(),
    ip: z.string(),
    userAgent: z.string().optional(),
    deviceTags: z.array(z.string()),
    groups: z.array(z.string()),
    startedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
  }),
});

export const sessionEnded = defineEvent({
  subject: 'session.ended',
  stream: 'SESSION',
  payload: z.object({
    id: z.uuid(),
    sessionId: z.uuid(),
    user: z.string(),
    app: z.string(),
    cause: z.enum(['expired', 'logout', 'revoked']),
    by: z.string().optional(),
    endedAt: z.iso.datetime(),
  }),
});
