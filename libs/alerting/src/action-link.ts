// Signed links in alert e-mails: one action on one alert for one recipient, until a time.
import { z } from 'zod';

export const linkActions = ['acknowledge', 'snooze', 'unsubscribe'] as const;
export type LinkAction = (typeof linkActions)[number];

/** As long as an alert e-mail is likely to be looked at. */
export const linkLifeMs = 7 * 86_400_000;

const claimsSchema = z.strictObject({
  action: z.enum(linkActions),
  /** The alert; unsubscribing needs none. */
  alertId: z.uuid().optional(),
  recipient: z.string().max(320),
  /** Milliseconds since 1970. */
  expires: z.number().int(),
});
export type LinkClaims = z.infer<typeof claimsSchema>;

/** HMAC-SHA-256 of a text with the link secret, base64url. */
export type Mac = (text: string) => string;

// The prefix keeps a signature made here from meaning anything elsewhere, were the secret ever shared.
const signedText = (body: string) => `gatehouse-alert-link:v1:${body}`;

function toBase64url(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

function fromBase64url(text: string): string {
  const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return new TextDecoder().decode(Uint8Array.from(bytes, (sign) => sign.charCodeAt(0)));
}

/** The token of a link. */
export function writeLinkToken(claims: LinkClaims, mac: Mac): string {
  const body = toBase64url(JSON.stringify(claims));
  return `${body}.${mac(signedText(body))}`;
}

export type LinkReading =
  | { readonly type: 'valid'; readonly claims: LinkClaims }
  | { readonly type: 'refused'; readonly cause: 'invalid' | 'expired' };

/** Reads a token. `same` compares two signatures in constant time. Nothing is parsed before the signature holds. */
export function readLinkToken(
  token: string,
  mac: Mac,
  same: (a: string, b: string) => boolean,
  now: Date,
): LinkReading {
  const [body = '', signature = '', ...rest] = token.split('.');
  const refused = { type: 'refused', cause: 'invalid' } as const;
  if (rest.length > 0 || !same(mac(signedText(body)), signature)) return refused;
  const claims = claimsSchema.safeParse(parsed(body)).data;
  if (claims === undefined) return refused;
  if (claims.expires <= now.getTime()) return { type: 'refused', cause: 'expired' };
  return { type: 'valid', claims };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(fromBase64url(body));
  } catch {
    return undefined;
  }
}

export type AlertLinks = Readonly<Record<LinkAction, string>>;

/** The three links of an e-mail about an alert. */
export function alertLinks(
  portalUrl: string,
  mail: { readonly alertId: string | undefined; readonly recipient: string },
  now: Date,
  mac: Mac,
): AlertLinks {
  const expires = now.getTime() + linkLifeMs;
  const alert = mail.alertId === undefined ? {} : { alertId: mail.alertId };
  const link = (action: LinkAction) => {
    const token = writeLinkToken({ action, ...alert, recipient: mail.recipient, expires }, mac);
    return `${portalUrl.replace(/\/+$/, '')}/alert-link?token=${token}`;
  };
  return { acknowledge: link('acknowledge'), snooze: link('snooze'), unsubscribe: link('unsubscribe') };
}
