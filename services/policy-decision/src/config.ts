import { defineConfig } from '@gatehouse/service-kit/config';
import { z } from 'zod';
import { readSigningKey } from './snapshot-signer.ts';

const isSigningKey = (pem: string) => {
  try {
    return readSigningKey(pem) !== undefined;
  } catch {
    // Only that it is no key: the error of the parser could quote it.
    return false;
  }
};

/** Each may be given as a file: `DATABASE_URL_FILE`, `SNAPSHOT_SIGNING_KEY_FILE`. */
export const shape = {
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL')
    .describe('URL of Postgres as role pdp, which may only read schema portal'),
  SNAPSHOT_SIGNING_KEY: z
    .string()
    .refine(isSigningKey, 'must be an Ed25519 private key in PKCS8 PEM')
    .describe('key made by openssl genpkey -algorithm ed25519; its public half goes to every edge and to sign-in'),
  POLICY_POLL_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(4_000)
    .default(1_000)
    .describe('milliseconds between looks for changed policies, 100 to 4000'),
  SNAPSHOT_INTERVAL_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(300_000)
    .default(60_000)
    .describe('milliseconds after which the snapshot is issued anew'),
};
export type Config = z.infer<z.ZodObject<typeof shape>>;

export const configDefinition = defineConfig('policy-decision', shape);
