// Standard Webhooks: what is sent and what is signed (standardwebhooks.com, "Webhook headers").
import type { Notice } from './notice.ts';

/** JSON body of an alert. Rendered once and stored, so that every attempt signs the same bytes. */
export function renderAlertWebhook(notice: Notice): string {
  const { time, ...data } = notice;
  return JSON.stringify({ type: 'alert.sent', timestamp: time, data });
}

/** JSON body of a digest. */
export function renderDigestWebhook(day: string, data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type: 'alert.digest', timestamp: `${day}T23:59:59.999Z`, data });
}

/**
 * The three headers of a delivery. Several secrets give several signatures: receivers rotate without a gap.
 * `hmac` is HMAC-SHA-256 of a text, base64.
 */
export function webhookHeaders(
  id: string,
  timestampSeconds: number,
  body: string,
  secrets: readonly string[],
  hmac: (secret: string, text: string) => string,
): Record<string, string> {
  const signed = `${id}.${timestampSeconds}.${body}`;
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': secrets.map((secret) => `v1,${hmac(secret, signed)}`).join(' '),
  };
}
