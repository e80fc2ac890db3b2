// Managed devices: the authorities that issue client certificates, their revocation lists, and the check itself.
import { z } from 'zod';
import { defineBucket, defineRequest } from './definition.ts';

/** One certificate authority, root or intermediate, whose client certificates make a device a managed one. */
export const deviceAuthoritySchema = z.object({
  id: z.string(),
  name: z.string().trim().min(1).max(200),
  /** PEM of the one certificate of this authority. */
  certificate: z.string().max(16_384),
  /** Where the authority publishes its revocation list, http or https. */
  crlUrl: z.url({ protocol: /^https?$/ }).optional(),
  /** Private CIDRs the endpoint may resolve to. */
  crlAllowPrivate: z.array(z.string()).default([]),
  /** Without a current revocation list no certificate of this authority is valid. */
  requireRevocationCheck: z.boolean().default(false),
  /** The certificate must name the user who signs in: an e-mail address among its alternative names. */
  requireUserName: z.boolean().default(false),
  enabled: z.boolean().default(true),
});
export type DeviceAuthority = z.infer<typeof deviceAuthoritySchema>;

/** A certificate as a session remembers it. Hex is lower case; serials have no leading zeros. */
export const sessionCertificateSchema = z.object({
  issuer: z.string(),
  serial: z.string(),
  /** SHA-256 of the certificate. */
  thumbprint: z.string(),
  notAfter: z.iso.datetime(),
  /** Every certificate of the chain, leaf first, with the SHA-256 of the known authority that issued it. */
  issued: z.array(z.object({ authority: z.string(), serial: z.string() })),
});
export type SessionCertificate = z.infer<typeof sessionCertificateSchema>;

export const revocationProblems = [
  'unreachable',
  'tooLarge',
  'malformed',
  'badSignature',
  'wrongIssuer',
  'notYetValid',
  'expired',
  'older',
] as const;
export type RevocationProblem = (typeof revocationProblems)[number];

/** State of one authority's revocation list. Key: SHA-256 of the authority's certificate, hex. */
export const revocationsBucket = defineBucket({
  bucket: 'revocations',
  value: z.object({
    checkedAt: z.iso.datetime(),
    /** Why the last look failed; what was known before stays below. */
    problem: z.enum(revocationProblems).optional(),
    list: z
      .object({
        thisUpdate: z.iso.datetime(),
        nextUpdate: z.iso.datetime(),
        /** Serials in hex. */
        revoked: z.array(z.string()),
      })
      .optional(),
  }),
});
export type RevocationState = z.infer<typeof revocationsBucket.value>;

/** The edge hands over what a browser presented at the device host; sign-in judges it and gives a one-time code. */
export const deviceJudge = defineRequest({
  subject: 'device.judge',
  input: z.object({
    /** Opaque id of the check under way. */
    check: z.string().max(80),
    /** DER as base64, the browser's certificate first; empty where none was presented. */
    certificates: z.array(z.string().max(22_000)).max(8),
  }),
  output: z.discriminatedUnion('type', [
    z.object({ type: z.literal('judged'), code: z.string() }),
    z.object({ type: z.literal('refused') }),
  ]),
  deadlineMs: 5_000,
});
