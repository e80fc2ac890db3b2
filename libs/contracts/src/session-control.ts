// What the portal and the edges ask sign-in about sessions.
import { z } from 'zod';
import { defineRequest } from './definition.ts';

export const sessionRowSchema = z.object({
  sessionId: z.uuid(),
  user: z.string(),
  app: z.string(),
  ip: z.string(),
  userAgent: z.string().optional(),
  deviceTags: z.array(z.string()),
  identityProvider: z.string().optional(),
  groups: z.array(z.string()),
  createdAt: z.string(),
  lastSeen: z.string(),
  expiresAt: z.string(),
});

export const sessionList = defineRequest({
  subject: 'session.list',
  input: z.object({
    user: z.string().optional(),
    app: z.string().optional(),
    /** A device tag, or `none` for sessions of devices that proved nothing. */
    deviceTag: z.string().optional(),
    limit: z.number().int().max(500).default(100),
  }),
  output: z.object({ sessions: z.array(sessionRowSchema) }),
  deadlineMs: 2_000,
});

export const sessionRevoke = defineRequest({
  subject: 'session.revoke',
  input: z.object({ sessionId: z.uuid().optional(), user: z.string().optional(), by: z.string() }),
  output: z.object({ revoked: z.number().int() }),
  deadlineMs: 5_000,
});

/** Exchange of the one-time code that sign-in put into the redirect back to the suffixed app host. */
export const sessionRedeem = defineRequest({
  subject: 'session.redeem',
  input: z.object({
    code: z.string(),
    host: z.string(),
    /** The session whose cookie came along: the ticket after a step-up is only for that one. */
    sessionId: z.uuid().optional(),
  }),
  output: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('redeemed'),
      /** Cookie value: base64url(id) + '.' + base64url(key). */
      ticket: z.string(),
      /** A host of the app that needs its own ticket first, by a code of its own. */
      next: z.object({ host: z.string(), code: z.string(), pause: z.boolean() }).optional(),
      /** Path and query to land on, always starting with a single slash. */
      returnTo: z.string(),
    }),
    z.object({ type: z.literal('refused') }),
  ]),
  deadlineMs: 2_000,
});

/** Batched last-seen stamps from the edges. */
export const sessionTouch = defineRequest({
  subject: 'session.touch',
  input: z.object({ seen: z.array(z.object({ sessionId: z.uuid(), at: z.iso.datetime() })).max(5000) }),
  output: z.object({ updated: z.number().int() }),
  deadlineMs: 5_000,
});

/** An edge puts a new ticket in the place of an old one; it alone holds the key that seals the record. */
export const sessionRotate = defineRequest({
  subject: 'session.rotate',
  input: z.object({
    sessionId: z.uuid(),
    /** Store keys, hex SHA-256 of the ticket ids. */
    oldKey: z.string().regex(/^[0-9a-f]{64}$/),
    newKey: z.string().regex(/^[0-9a-f]{64}$/),
    sealed: z.string(),
  }),
  output: z.object({ rotated: z.boolean() }),
  deadlineMs: 2_000,
});

/** What a provider's last sign-in said, masked: names of claims, shortened values, and what the mapping made of them. */
export const lastSignInSchema = z.object({
  at: z.iso.datetime(),
  claims: z.array(z.object({ name: z.string(), values: z.array(z.string()), count: z.number().int() })),
  mapped: z.object({
    userName: z.string(),
    name: z.string(),
    groups: z.array(z.string()),
    deviceTags: z.array(z.string()),
  }),
});
export type LastSignIn = z.infer<typeof lastSignInSchema>;

/** The last sign-ins at one identity provider, and our own SAML names and certificates to tell its administrator. */
export const providerInsight = defineRequest({
  subject: 'provider.insight',
  input: z.object({ identityProvider: z.string() }),
  output: z.object({
    lastSignIn: lastSignInSchema.optional(),
    saml: z
      .object({
        entityId: z.string(),
        acsUrl: z.string(),
        sloUrl: z.string(),
        metadataUrl: z.string(),
        idpMetadataUrl: z.string(),
        certificates: z.array(z.object({ sha256: z.string(), notAfter: z.iso.datetime() })),
      })
      .optional(),
    oidc: z.object({ redirectUris: z.array(z.string()), backChannelLogoutUrl: z.string() }),
  }),
  deadlineMs: 2_000,
});
