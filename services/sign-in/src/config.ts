import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressSettings } from '@gatehouse/enforcement/address-sources';
import { canReadKey } from '@gatehouse/enforcement/snapshot.client';
import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const origins = z
  .string()
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  )
  .pipe(
    z
      .array(z.url().refine((url) => new URL(url).origin === url, 'must be an origin, like https://login.example.com'))
      .min(1),
  );

const shape = {
  PORT: z.coerce.number().int().min(0).max(65_535),
  /** Domain of the organisation under which apps are proxied. */
  SUFFIX: z.string().regex(/^[a-z0-9.-]+$/),
  /** Origins under which browsers reach us through the edge; the first is the broker's issuer. */
  LOGIN_ORIGINS: origins,
  DATABASE_URL: z.string().min(1),
  /** Signing key of the broker: PKCS#8 PEM or JWK, RSA or P-256. */
  BROKER_KEY: z.string().min(1),
  /** RSA key, PKCS#8 PEM, that signs SAML messages; absent: BROKER_KEY if that is RSA, else there is no SAML. */
  SAML_KEY: z.string().optional(),
  /** The key before or after it: its certificate stands in our metadata too while a key is being exchanged. */
  SAML_OTHER_KEY: z.string().optional(),
  /** Ed25519 key of the policy snapshot; without it there is no fallback and the default behaviour decides. */
  SNAPSHOT_PUBLIC_KEY: z.string().refine(canReadKey, 'no Ed25519 public key').optional(),
  /** Folder with one file per client secret, named as the catalogue's clientSecretRef. */
  IDP_SECRETS_DIR: z.string().optional(),
  /** Seconds between two looks at the revocation lists of device authorities. */
  CRL_INTERVAL_SECONDS: z.coerce.number().int().min(1).max(3600).default(60),
  ...addressSettings,
  /** Resolve *.localhost to loopback and allow http there: for the embedded demo and tests only. */
  ALLOW_LOCALHOST: z.stringbool().default(false),
};
export type Config = z.infer<z.ZodObject<typeof shape>>;

export const configDefinition = defineConfig('sign-in', shape);

/** The client secret that `reference` names: a file of the folder, else the variable IDP_SECRET_<REFERENCE>. */
export function readIdpSecret(folder: string | undefined, reference: string): string | undefined {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(reference)) return undefined;
  const variable = process.env[`IDP_SECRET_${reference.toUpperCase().replaceAll('-', '_')}`];
  if (variable || !folder) return variable;
  try {
    return readFileSync(join(folder, reference), 'utf8').trim();
  } catch {
    return undefined;
  }
}
