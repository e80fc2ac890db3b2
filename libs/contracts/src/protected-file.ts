// What key-access is asked about protected files: its current key, the files, revocation, requests for access.
import { z } from 'zod';
import { defineRequest } from './definition.ts';
import { fileRightSchema } from './label.ts';

export const keyCurrent = defineRequest({
  subject: 'key.current',
  input: z.object({}),
  output: z.object({
    kid: z.string(),
    algorithm: z.enum(['rsa:2048', 'ec:secp256r1']),
    /** SubjectPublicKeyInfo. */
    pem: z.string(),
    /** Origin of the key access server, which containers name. */
    url: z.url(),
    viewerUrl: z.url(),
  }),
  deadlineMs: 2_000,
});

export const protectedFileSchema = z.object({
  fileId: z.uuid(),
  fileName: z.string(),
  label: z.string(),
  app: z.string(),
  user: z.string(),
  size: z.number().int(),
  protectedAt: z.string(),
  expiresAt: z.string().optional(),
  revokedAt: z.string().optional(),
  revokedBy: z.string().optional(),
});

export const fileList = defineRequest({
  subject: 'file.list',
  input: z.object({
    user: z.string().optional(),
    label: z.string().optional(),
    limit: z.number().int().min(1).max(500).default(100),
  }),
  output: z.object({ files: z.array(protectedFileSchema) }),
  deadlineMs: 2_000,
});

/** Revokes every file that fits all of what is given; nothing given revokes nothing. */
export const fileRevoke = defineRequest({
  subject: 'file.revoke',
  input: z.object({
    by: z.string().min(1),
    fileId: z.uuid().optional(),
    user: z.string().optional(),
    label: z.string().optional(),
    sessionId: z.uuid().optional(),
  }),
  output: z.object({ revoked: z.number().int() }),
  deadlineMs: 5_000,
});

export const accessRequestSchema = z.object({
  id: z.uuid(),
  fileId: z.uuid(),
  fileName: z.string(),
  label: z.string(),
  user: z.string(),
  justification: z.string(),
  requestedAt: z.string(),
  state: z.enum(['open', 'granted', 'refused']),
  decidedBy: z.string().optional(),
});

export const accessRequestList = defineRequest({
  subject: 'access-request.list',
  input: z.object({ state: z.enum(['open', 'granted', 'refused']).optional() }),
  output: z.object({ requests: z.array(accessRequestSchema) }),
  deadlineMs: 2_000,
});

/** Granting adds a permission for this user and this file only. */
export const accessRequestDecide = defineRequest({
  subject: 'access-request.decide',
  input: z.object({
    id: z.uuid(),
    by: z.string().min(1),
    decision: z.discriminatedUnion('type', [
      z.object({
        type: z.literal('grant'),
        rights: z.array(fileRightSchema).min(1),
        expiresAt: z.iso.datetime().optional(),
      }),
      z.object({ type: z.literal('refuse') }),
    ]),
  }),
  output: z.object({ state: z.enum(['granted', 'refused', 'notFound', 'alreadyDecided']) }),
  deadlineMs: 2_000,
});
