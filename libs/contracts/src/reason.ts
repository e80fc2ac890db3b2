// The closed list of reasons a decision can carry (shown in the portal, the log and traces).
import { z } from 'zod';

export const reasons = [
  'POLICY',
  'NO_MATCH',
  'NOT_ASSIGNED',
  'UNSCANNABLE_TOO_LARGE',
  'UNSCANNABLE_ENCRYPTED',
  'UNSCANNABLE_CORRUPT',
  'UNSCANNABLE_UNSUPPORTED_TYPE',
  'UNSCANNABLE_TIMEOUT',
  'UNSCANNABLE_SCANNER_DOWN',
  'LABELER_FAILED',
  'MALWARE',
  'STRICT_MODE',
  'DEFAULT_UNREACHABLE',
  'DEFAULT_BROKEN',
  'STEPUP_STALE',
  'UNKNOWN_DOMAIN',
  'CERT_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'CERT_NO_CRL',
  'CERT_CRL_UNAVAILABLE',
  'SESSION_EXPIRED',
  'SESSION_REVOKED',
  'ASSERTION_INVALID',
  'BYPASS',
] as const;

export const reasonSchema = z.enum(reasons);
export type Reason = z.infer<typeof reasonSchema>;

export const unscannableReasons = [
  'tooLarge',
  'encrypted',
  'corrupt',
  'unsupportedType',
  'timeout',
  'scannerDown',
  'labelerFailed',
] as const;
export const unscannableReasonSchema = z.enum(unscannableReasons);
export type UnscannableReason = z.infer<typeof unscannableReasonSchema>;

export const certificateReasonSchema = z.enum([
  'CERT_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_UNTRUSTED',
  'CERT_REVOKED',
  'CERT_NO_CRL',
  'CERT_CRL_UNAVAILABLE',
]);
export type CertificateReason = z.infer<typeof certificateReasonSchema>;
