import { createPublicKey } from 'node:crypto';
import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const phone = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be E.164, like +12025550100');

function list(item: z.ZodType<string, string>) {
  return z
    .string()
    .default('')
    .transform((text) => text.split(/[\s,]+/).filter((entry) => entry !== ''))
    .pipe(z.array(item));
}

/** An empty secret file is a channel nobody has set up. */
function optional<T extends z.ZodType>(schema: T) {
  return z.preprocess((value) => (value === '' ? undefined : value), schema.optional());
}

function isPublicKey(text: string): boolean {
  try {
    return createPublicKey(text).asymmetricKeyType === 'ed25519';
  } catch {
    return false;
  }
}

const shape = {
  DATABASE_URL: z.string().min(1),
  /** Only limits and recipients that policy-decision signed are followed. */
  SNAPSHOT_PUBLIC_KEY: z
    .string()
    .refine(isPublicKey, 'must be an Ed25519 public key, PEM')
    .describe('Ed25519 public key of the policy snapshot (SNAPSHOT_PUBLIC_KEY_FILE)'),
  /** Signs the acknowledge, snooze and unsubscribe links of e-mails; without it there are none. */
  ALERT_LINK_SECRET: optional(z.string().min(32, 'must have at least 32 characters')),
  /** Base address of the portal: alerts link to `<PORTAL_URL>/activity?id=…`. */
  PORTAL_URL: z.url({ protocol: /^https?$/ }),
  /** Without it e-mails fail with "not configured". */
  SMTP_URL: optional(z.url({ protocol: /^smtps?$/ })),
  MAIL_FROM: z
    .string()
    .regex(/^[^\r\n]*@[^\r\n]+$/, 'must hold an address')
    .default('gatehouse@localhost'),
  TWILIO_ACCOUNT_SID: optional(z.string().regex(/^AC[0-9a-fA-F]{32}$/, 'must be AC and 32 hex digits')),
  TWILIO_AUTH_TOKEN: optional(z.string()),
  TWILIO_FROM: optional(phone),
  TWILIO_BASE_URL: z.url({ protocol: /^https?$/ }).default('https://api.twilio.com'),
  /** Standard Webhooks secrets, `whsec_…`; two while they are rotated. */
  WEBHOOK_SECRET: list(
    z.string().regex(/^whsec_[A-Za-z0-9+/]{32,}=*$/, 'must be whsec_ and at least 24 bytes in base64'),
  ),
  /** Organisation defaults: for policies that name nobody, and for outages. */
  ORG_ALERT_EMAIL: list(z.email()),
  ORG_ALERT_SMS: list(phone),
};

export const config = defineConfig('alert-notifier', shape);
export type AlertNotifierConfig = z.infer<z.ZodObject<typeof shape>>;
