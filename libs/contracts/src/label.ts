// Sensitivity labels as admins define them: rank, markings, and who may do what with a protected file.
import { z } from 'zod';

/** Weakest first. `export` and more release the key to the client. */
export const fileRights = ['view', 'print', 'edit', 'export', 'owner'] as const;
export const fileRightSchema = z.enum(fileRights);
export type FileRight = z.infer<typeof fileRightSchema>;

export const principalSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('user'), id: z.string().min(1) }),
  z.object({ type: z.literal('group'), id: z.string().min(1) }),
  /** Domain of the sign-in name. */
  z.object({ type: z.literal('domain'), id: z.string().min(1) }),
  /** Anybody who is signed in. */
  z.object({ type: z.literal('anyUser') }),
]);
export type Principal = z.infer<typeof principalSchema>;

export const permissionSchema = z.object({ principal: principalSchema, rights: z.array(fileRightSchema).min(1) });
export type Permission = z.infer<typeof permissionSchema>;

export const protectionSchema = z.object({
  permissions: z.array(permissionSchema).min(1),
  expiryDays: z.number().int().min(1).max(3650).optional(),
  requireCompliantDevice: z.boolean().default(false),
  requireStepUp: z.boolean().default(false),
});
export type Protection = z.infer<typeof protectionSchema>;

const guid = z.uuid().toLowerCase();

export const labelSchema = z.object({
  id: guid,
  /** The organisation the label belongs to: our own GUID, or that of a mapped tenant. */
  siteId: guid,
  name: z.string().min(1).max(120),
  /** Unique; a higher one is more sensitive. */
  priority: z.number().int().min(0),
  /** Templates with `${user} ${time} ${app} ${file}`. */
  markings: z
    .object({
      header: z.string().max(255).optional(),
      footer: z.string().max(255).optional(),
      watermark: z.string().max(255).optional(),
    })
    .optional(),
  protection: protectionSchema.optional(),
  /** GUIDs of other organisations' labels that mean the same. */
  externalIds: z.array(z.object({ id: guid, siteId: guid })).default([]),
});
export type Label = z.infer<typeof labelSchema>;
