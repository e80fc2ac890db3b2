// The manifest of an OpenTDF container (opentdf/spec, schema/OpenTDF): what it may say, in both spellings that exist.
import { z } from 'zod';
import { corrupt, overLimit } from './label-error.ts';

export const payloadName = '0.payload';
export const manifestNames = ['0.manifest.json', 'manifest.json'];
export const labelAssertionId = 'gatehouse-label';
export const maxManifestBytes = 16 * 1024 * 1024;
const maxSegments = 1_000_000;
const maxSegmentBytes = 64 * 1024 * 1024;

/** Old writers gave the bare string. */
const policyBindingSchema = z.union([z.string(), z.object({ alg: z.string(), hash: z.string() })]);

export const keyAccessSchema = z.object({
  type: z.enum(['wrapped', 'ec-wrapped', 'remote', 'remoteWrapped']),
  url: z.string(),
  protocol: z.string().default('kas'),
  kid: z.string().optional(),
  sid: z.string().optional(),
  wrappedKey: z.string(),
  policyBinding: policyBindingSchema,
  encryptedMetadata: z.string().optional(),
  ephemeralPublicKey: z.string().optional(),
  schemaVersion: z.string().optional(),
});
export type KeyAccess = z.infer<typeof keyAccessSchema>;

const segmentSchema = z.object({
  hash: z.string(),
  segmentSize: z.number().int().min(0).optional(),
  encryptedSegmentSize: z.number().int().min(28).max(maxSegmentBytes).optional(),
});

const assertionSchema = z.object({
  id: z.string(),
  type: z.string(),
  scope: z.string(),
  appliesToState: z.string().optional(),
  statement: z.object({ format: z.string().optional(), schema: z.string().optional(), value: z.unknown() }),
  binding: z.object({ method: z.string(), signature: z.string() }).optional(),
});
export type Assertion = z.infer<typeof assertionSchema>;

export const manifestSchema = z.object({
  schemaVersion: z.string().optional(),
  tdf_spec_version: z.string().optional(),
  encryptionInformation: z.object({
    type: z.literal('split'),
    policy: z.string(),
    keyAccess: z.array(keyAccessSchema).min(1),
    method: z.object({
      algorithm: z.literal('AES-256-GCM'),
      isStreamable: z.boolean().optional(),
      iv: z.string().optional(),
    }),
    integrityInformation: z.object({
      rootSignature: z.object({ alg: z.literal('HS256'), sig: z.string() }),
      segmentHashAlg: z.enum(['GMAC', 'HS256']),
      segmentSizeDefault: z.number().int().positive().max(maxSegmentBytes),
      encryptedSegmentSizeDefault: z.number().int().positive().max(maxSegmentBytes),
      segments: z.array(segmentSchema).max(maxSegments),
    }),
  }),
  payload: z.object({
    type: z.literal('reference'),
    url: z.string(),
    protocol: z.string(),
    mimeType: z.string().optional(),
    isEncrypted: z.literal(true),
  }),
  assertions: z.array(assertionSchema).nullish(),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** 4.3.0 writes hashes as raw bytes; 4.2.2, which names no version, as hexadecimal text. */
export type TdfVersion = '4.3.0' | '4.2.2';

export function versionOf(manifest: Pick<Manifest, 'schemaVersion' | 'tdf_spec_version'>): TdfVersion {
  const named = manifest.schemaVersion ?? manifest.tdf_spec_version;
  return named === undefined || named === '4.2.2' ? '4.2.2' : '4.3.0';
}

/** Throws LabelError for anything that is not a manifest within the limits. */
export function parseManifest(bytes: Uint8Array): Manifest {
  if (bytes.length > maxManifestBytes) overLimit('TDF manifest');
  try {
    return manifestSchema.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch {
    return corrupt('TDF manifest');
  }
}

export const tdfPolicySchema = z.object({
  uuid: z.uuid(),
  body: z.object({
    dataAttributes: z.array(z.object({ attribute: z.string() })).nullish(),
    dissem: z.array(z.string()).nullish(),
  }),
});
export type TdfPolicy = z.infer<typeof tdfPolicySchema>;

/** JSON in the one form that is hashed (RFC 8785, for what manifests hold). */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`;
}
