// The edge's variables. Plain http is refused unless the suffix is under .localhost and the listener on loopback.

import { addressSettings } from '@gatehouse/enforcement/address-sources';
import { canReadKey } from '@gatehouse/enforcement/snapshot.client';
import { type BaseConfig, type CrossCheck, defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';

const port = z.coerce.number().int().min(0).max(65_535);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

const shape = {
  SUFFIX: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/)
    .describe('domain under which apps are proxied, gate.example.com'),
  HTTPS_PORT: port.optional().describe('port of the TLS listener'),
  PUBLIC_HTTPS_PORT: port.optional().describe('port browsers use, if a load balancer maps it'),
  HTTP_PORT: port.optional().describe('plain http, only under .localhost on loopback'),
  CA_CERT: z.string().optional().describe('PEM of the local CA that signs leaves (CA_CERT_FILE)'),
  CA_KEY: z.string().optional().describe('PKCS#8 PEM of its P-256 key (CA_KEY_FILE)'),
  TLS_CERT: z.string().optional().describe('PEM chain for all hosts, instead of a local CA (TLS_CERT_FILE)'),
  TLS_KEY: z.string().optional().describe('its key (TLS_KEY_FILE)'),
  SIGN_IN_URL: z.url().describe('http address of sign-in, http://sign-in:8081'),
  SNAPSHOT_PUBLIC_KEY: z
    .string()
    .refine(canReadKey, 'no Ed25519 public key')
    .optional()
    .describe('Ed25519 public key of the policy snapshot, PEM'),
  SPOOL_DIR: z.string().describe('folder for held files (encrypted) and unsent activities'),
  SPOOL_QUOTA_BYTES: z.coerce
    .number()
    .int()
    .min(1_048_576)
    .default(4 * 1024 ** 3)
    .describe('bytes all held files may take'),
  TRUSTED_PROXIES: list.describe('CIDRs whose X-Forwarded-For is believed, comma separated'),
  ...addressSettings,
  ALLOW_LOCALHOST: z.stringbool().default(false).describe('resolve *.localhost to loopback (demo and tests)'),
};

const shapeSchema = z.object(shape);
export type Config = z.infer<typeof shapeSchema> & BaseConfig;

const checks: readonly CrossCheck<Config>[] = [
  {
    fields: ['HTTP_PORT', 'SUFFIX', 'LISTEN_HOST'],
    problem({ HTTP_PORT, SUFFIX, LISTEN_HOST }) {
      const loopback = ['127.0.0.1', '::1'].includes(LISTEN_HOST);
      if (HTTP_PORT === undefined || (SUFFIX.endsWith('.localhost') && loopback)) return undefined;
      return 'HTTP_PORT: plain http needs a SUFFIX under .localhost and LISTEN_HOST 127.0.0.1; leave it unset and use HTTPS_PORT';
    },
  },
  {
    fields: ['HTTP_PORT', 'HTTPS_PORT'],
    problem: ({ HTTP_PORT, HTTPS_PORT }) =>
      HTTP_PORT === undefined && HTTPS_PORT === undefined ? 'HTTPS_PORT: set a port to listen on' : undefined,
  },
  {
    fields: ['HTTPS_PORT', 'CA_CERT', 'CA_KEY', 'TLS_CERT', 'TLS_KEY'],
    problem({ HTTPS_PORT, CA_CERT, CA_KEY, TLS_CERT, TLS_KEY }) {
      if (HTTPS_PORT === undefined || (CA_CERT && CA_KEY) || (TLS_CERT && TLS_KEY)) return undefined;
      return 'TLS_CERT_FILE and TLS_KEY_FILE, or CA_CERT_FILE and CA_KEY_FILE: https needs one of these pairs';
    },
  },
];

export const config = defineConfig('proxy-edge', shape, checks);
