// What the identity provider said about a user, reduced to what policies and apps use.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { deviceTagsFromClaims } from '@gatehouse/facts/device-facts';
import { z } from 'zod';
import { deviceProofSchema } from './device/proof.ts';

export const identitySchema = z.object({
  identityProvider: z.string(),
  issuer: z.string(),
  subject: z.string(),
  user: z.string(),
  email: z.string().optional(),
  name: z.string().optional(),
  groups: z.array(z.string()),
  deviceTags: z.array(z.string()),
  acr: z.string().optional(),
  amr: z.array(z.string()).optional(),
  /** Seconds, only if the provider said so. */
  authTime: z.number().optional(),
  authenticatedAt: z.iso.datetime(),
  /** What the device check of this login found; absent: nobody asked. */
  device: deviceProofSchema.optional(),
  /** The provider's own name for this session: SAML SessionIndex or OIDC `sid`. */
  providerSession: z.string().optional(),
});
export type Identity = z.infer<typeof identitySchema>;

type Claims = Readonly<Record<string, unknown>>;

/** The identity in verified claims, or undefined if they name no usable user. */
export function identityOf(provider: IdentityProvider, claims: Claims, now: number): Identity | undefined {
  const user = userNameOf(provider, claims);
  const subject = text(claims.sub);
  if (!user || !subject || typeof claims.iss !== 'string') return undefined;
  const email = text(claims.email);
  const name = text(claims[provider.claims.name]);
  const providerSession = text(claims.sid);
  const acr = text(claims.acr);
  const authTime = authTimeOf(claims.auth_time);
  const amr = Array.isArray(claims.amr) ? texts(claims.amr) : undefined;
  return {
    identityProvider: provider.id,
    issuer: claims.iss,
    subject,
    user,
    ...(email && claims.email_verified !== false ? { email } : {}),
    ...(name ? { name } : {}),
    groups: texts(claims[provider.claims.groups]),
    deviceTags: deviceTagsFromClaims(claims, provider.claims.deviceTags),
    ...(acr ? { acr } : {}),
    ...(amr ? { amr } : {}),
    ...(authTime === undefined ? {} : { authTime }),
    authenticatedAt: new Date(authTime === undefined ? now : authTime * 1000).toISOString(),
    ...(providerSession ? { providerSession } : {}),
  };
}

function authTimeOf(claim: unknown): number | undefined {
  return typeof claim === 'number' && claim > 0 && claim < 1e11 ? Math.floor(claim) : undefined;
}

/** Lower case; an address must have one `@` and must not be declared unverified. */
function userNameOf(provider: IdentityProvider, claims: Claims): string | undefined {
  const claim = provider.claims.userName;
  const name = text(claims[claim])?.normalize('NFC').toLowerCase();
  if (!name || name.length > 320 || name.split('@').length > 2) return undefined;
  return claim === 'email' && claims.email_verified === false ? undefined : name;
}

function texts(claim: unknown): string[] {
  const values = Array.isArray(claim) ? claim : [claim];
  return values
    .map(text)
    .filter((value) => value !== undefined)
    .slice(0, 1000);
}

function text(claim: unknown): string | undefined {
  if (typeof claim !== 'string') return undefined;
  const trimmed = claim.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused here
  return trimmed && trimmed.length <= 1024 && !/[\u0000-\u001f\u007f]/.test(trimmed) ? trimmed : undefined;
}
