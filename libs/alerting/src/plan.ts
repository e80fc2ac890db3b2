// Which alerts one activity asks for, within which limit, and to whom.
import type { Activity } from '@gatehouse/contracts/activity';
import type { AlertSettings } from '@gatehouse/contracts/policy';
import type { Severity } from '@gatehouse/contracts/vocabulary';
import { type Channel, defaultDailyLimit, outageDailyLimit } from './limits.ts';
import type { Outage } from './outage.ts';

export type Recipient = { readonly channel: Channel; readonly address: string };

/** Where alerts go that name nobody: the organisation's own addresses. */
export type OrganisationDefaults = { readonly email: readonly string[]; readonly sms: readonly string[] };

export type PlannedAlert = {
  readonly policyId: string;
  readonly policyName: string;
  readonly severity: Severity;
  readonly dailyLimit: number;
  readonly recipients: readonly Recipient[];
};

function distinct(channel: Channel, addresses: readonly string[]): Recipient[] {
  return [...new Set(addresses)].map((address) => ({ channel, address }));
}

/** A policy's own recipients; the organisation's defaults hold until the policy names any. */
export function recipientsOf(settings: AlertSettings | undefined, defaults: OrganisationDefaults): Recipient[] {
  const own = [
    ...distinct('email', settings?.email ?? []),
    ...distinct('sms', settings?.sms ?? []),
    ...distinct('webhook', settings?.webhook ?? []),
  ];
  return own.length > 0 ? own : [...distinct('email', defaults.email), ...distinct('sms', defaults.sms)];
}

/**
 * One alert per matched policy with its alert switched on, in the order of policy ids: every replica then locks
 * the day counters in the same order. Severity is the one at match time; limit and recipients are today's.
 */
export function planAlerts(
  activity: Pick<Activity, 'matchedPolicies'>,
  settingsOf: (policyId: string) => AlertSettings | undefined,
  defaults: OrganisationDefaults,
): PlannedAlert[] {
  const byId = new Map(activity.matchedPolicies.filter((policy) => policy.alert).map((policy) => [policy.id, policy]));
  return [...byId.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((policy) => ({
      policyId: policy.id,
      policyName: policy.name,
      severity: policy.severity,
      dailyLimit: settingsOf(policy.id)?.dailyLimit ?? defaultDailyLimit,
      recipients: recipientsOf(settingsOf(policy.id), defaults),
    }));
}

/** The alert of an outage: always high, always to the organisation. */
export function planOutageAlert(outage: Outage, defaults: OrganisationDefaults): PlannedAlert {
  return {
    policyId: `outage:${outage.reason}`,
    policyName: outage.title,
    severity: 'high',
    dailyLimit: outageDailyLimit,
    recipients: recipientsOf(undefined, defaults),
  };
}

/** The alert of a bypass that begins or is used: always high, always to the organisation, counted per app. */
export function planBypassAlert(
  { app, reason }: Pick<Activity, 'app' | 'reason'>,
  defaults: OrganisationDefaults,
): PlannedAlert[] {
  if (reason !== 'BYPASS') return [];
  return [
    {
      policyId: `bypass:${app}`,
      policyName: `Bypass of ${app}`,
      severity: 'high',
      dailyLimit: outageDailyLimit,
      recipients: recipientsOf(undefined, defaults),
    },
  ];
}
