// Facts about protected files (labeler, key-access).
import { z } from 'zod';
import { defineEvent } from './definition.ts';
import { protectionSchema } from './label.ts';

export const fileProtected = defineEvent({
  subject: 'file.protected',
  stream: 'FILES',
  payload: z.object({
    id: z.uuid(),
    fileId: z.uuid(),
    decisionId: z.uuid(),
    user: z.string(),
    label: z.string(),
    labelId: z.uuid(),
    app: z.string(),
    fileName: z.string(),
    /** Of the original, hex. */
    sha256: z.string(),
    size: z.number().int(),
    sessionId: z.uuid().optional(),
    /** The key of key-access the file's own key is wrapped to. */
    keyId: z.string(),
    /** The label's rules at that time; later changes of the label do not reach files that are out. */
    protection: protectionSchema,
    expiresAt: z.iso.datetime().optional(),
    /** Whether the label also stands in the file itself, or why not. */
    innerLabel: z.string(),
    at: z.iso.datetime(),
  }),
});

export const fileOpened = defineEvent({
  subject: 'file.opened',
  stream: 'FILES',
  payload: z.object({
    id: z.uuid(),
    fileId: z.uuid(),
    user: z.string(),
    allowed: z.boolean(),
    reason: z.string().optional(),
    at: z.iso.datetime(),
  }),
});
