// The signed policy snapshot that edges and sign-in decide from while the PDP is unreachable. Key: `current`.
import { z } from 'zod';
import { defineBucket } from './definition.ts';

/** `payload` is the JSON text of {@link snapshotPayloadSchema}; `signature` is Ed25519 over its UTF-8 bytes, base64url. */
export const snapshotBucket = defineBucket({
  bucket: 'policy-snapshot',
  value: z.object({ payload: z.string(), signature: z.string(), keyId: z.string() }),
});

/** Strict: a field this version does not know could be one that restricts. */
export const snapshotPayloadSchema = z.strictObject({
  version: z.number().int(),
  issuedAt: z.iso.datetime(),
  /** StoredPolicy objects, enabled and report-only ones. */
  policies: z.array(z.unknown()),
});
export type SnapshotPayload = z.infer<typeof snapshotPayloadSchema>;

/** Snapshots older than this are not decided from (SPEC: 15 minutes); the PDP re-issues every minute. */
export const snapshotMaxAgeMs = 15 * 60_000;
