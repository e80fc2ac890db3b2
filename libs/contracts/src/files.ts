// Facts about protected files (labeler, key-access).
import { z } from 'zod';
import { defineEvent } from './definition.ts';

export const fileProtected = defineEvent({
  subject: 'file.protected',
  stream: 'FILES',
  payload: z.object({
    id: z.uuid(),
    fileId: z.uuid(),
    decisionId: z.uuid(),
    user: z.string(),
    label: z.string(),
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
