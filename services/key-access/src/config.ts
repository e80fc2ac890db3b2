import { addressSettings } from '@gatehouse/enforcement/address-sources';
import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const flag = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true');

const shape = {
  PORT: z.coerce.number().int().min(0).max(65535).default(8084).describe('port of the key access server'),
  DATABASE_URL: z.string().min(1).describe('postgres://user:password@host:port/database of the keys schema'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .default('http://127.0.0.1:8084')
    .transform((text) => new URL(text).origin)
    .describe('origin under which people and clients reach this server; it has a host name of its own'),
  KEYS_SEAL_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe('at least 32 random characters that seal the private keys in the database; unset: nothing is protected'),
  TOKEN_ISSUER: z.url().optional().describe('issuer of access tokens and of the sign-in to the viewer (OIDC)'),
  TOKEN_AUDIENCE: z.string().default('gatehouse-key-access').describe('audience an access token must be made for'),
  OIDC_CLIENT_ID: z.string().default('gatehouse-key-access').describe('client id of the viewer at that issuer'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('its secret; unset: nobody can sign in to the viewer'),
  INTEROP_CLIENTS: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter(Boolean))
    .describe('client ids, comma separated, whose proofs may lack `ath`, as the OpenTDF web SDK does'),
  ...addressSettings,
  ALLOW_LOCALHOST: flag.describe('true: the issuer may use http on the loopback interface'),
};

export const config = defineConfig('key-access', shape);
export type KeyAccessConfig = ReturnType<typeof config.parse>;
