// A verdict that followed the default behaviour because a part of the system was down (SPEC section 11), or fell
// closed because a policy names something that was deleted by force (SPEC section 3).
import type { Activity } from '@gatehouse/contracts/activity';
import type { CertificateReason, Reason } from '@gatehouse/contracts/reason';
import { plainLine } from './plain-line.ts';

export type Outage = {
  /** Same key = same outage. */
  readonly key: string;
  readonly reason: Reason;
  readonly cause: string;
  /** What the alert is called. */
  readonly title: string;
};

/** Silence after which the same cause counts as a new outage. */
export const outageQuietMs = 15 * 60_000;

const causes: Readonly<Partial<Record<Reason, string>>> = {
  DEFAULT_UNREACHABLE: 'policy decision unreachable',
  DEFAULT_BROKEN: 'policy decision answered wrongly',
  UNSCANNABLE_TIMEOUT: 'content scan timed out',
  UNSCANNABLE_SCANNER_DOWN: 'content scanner down',
  LABELER_FAILED: 'protection failed',
};

/** A required revocation check that cannot be made: devices lose their tag although nothing is wrong with them. */
const certificateCauses: Readonly<Partial<Record<CertificateReason, string>>> = {
  CERT_NO_CRL: 'a device authority has no revocation list configured',
  CERT_CRL_UNAVAILABLE: 'the revocation list of a device authority is missing or has expired',
};

/**
 * The outage behind an activity, if there is one. Numbers and ids in the cause are left out of the key:
 * "no answer in 801 ms" and "in 803 ms" are one outage.
 */
export function outageOf(
  activity: Pick<Activity, 'reason' | 'cause' | 'certificateReason' | 'trace'>,
): Outage | undefined {
  const { certificateReason } = activity;
  const device = certificateReason && certificateCauses[certificateReason];
  if (certificateReason && device) return outage(certificateReason, certificateReason, device);
  const broken = activity.trace.find(({ outcome, state }) => outcome === 'brokenReference' && state === 'enabled');
  if (broken) return brokenPolicy(broken);
  const known = causes[activity.reason];
  if (known === undefined) return undefined;
  const cause = plainLine(activity.cause ?? known, 120);
  const steady = cause.toLowerCase().replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+/g, '#');
  return outage(`${activity.reason}:${steady}`, activity.reason, cause);
}

const outage = (key: string, reason: Reason, cause: string): Outage => ({
  key,
  reason,
  cause,
  title: `Outage: ${cause}`,
});

function brokenPolicy({ policyId, name }: Activity['trace'][number]): Outage {
  const cause = `policy "${plainLine(name, 80)}" names something that no longer exists and fails closed`;
  return {
    key: `BROKEN_REFERENCE:${policyId}`,
    reason: 'POLICY',
    cause,
    title: `Broken policy: ${plainLine(name, 80)}`,
  };
}
