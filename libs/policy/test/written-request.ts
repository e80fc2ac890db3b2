// Requests as cases write them: what is left out is absent, or what most cases share.
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { z } from 'zod';

export const writtenRequestSchema = z.strictObject({
  scope: z.enum(['access', 'session']).default('session'),
  app: z.string().default('box'),
  activity: z.string().optional(),
  user: z.string().default('ann@acme.com'),
  groups: z.array(z.string()).default([]),
  deviceTags: z.array(z.string()).default([]),
  certificateReason: z.string().optional(),
  ip: z.string().default('192.0.2.1'),
  context: z.record(z.string(), z.unknown()).default({}),
  strictMode: z.boolean().optional(),
  file: z.record(z.string(), z.unknown()).optional(),
});

export function toRequest(written: z.infer<typeof writtenRequestSchema>): DecisionRequest {
  return decisionRequestSchema.parse({
    decisionId: '018f5b4e-0000-7000-8000-000000000001',
    scope: written.scope,
    subject: {
      type: 'user',
      id: written.user,
      properties: {
        groups: written.groups,
        deviceTags: written.deviceTags,
        ...(written.certificateReason ? { certificateReason: written.certificateReason } : {}),
      },
    },
    action: { name: written.activity ?? (written.scope === 'access' ? 'login' : 'download') },
    resource: {
      type: 'app',
      id: written.app,
      properties: {
        host: `${written.app}.example.com`,
        ...(written.file ? { file: written.file } : {}),
        strictMode: written.strictMode,
      },
    },
    context: { time: '2026-01-05T10:00:00Z', ip: written.ip, ...written.context },
  });
}
