// What an alert says, before any channel puts it into its own form. Never file content.
import type { Activity } from '@gatehouse/contracts/activity';
import type { Severity } from '@gatehouse/contracts/vocabulary';
import { plainLine } from './plain-line.ts';
import type { PlannedAlert } from './plan.ts';
import { actionWords, activityWord } from './words.ts';

export type Notice = {
  readonly alertId: string;
  readonly severity: Severity;
  readonly policyName: string;
  /** "Blocked download". */
  readonly what: string;
  readonly action: string;
  readonly user: string;
  readonly app: string;
  readonly fileName: string | undefined;
  readonly place: string;
  readonly time: string;
  readonly referenceId: string;
  readonly cause: string | undefined;
  /** Opens the activity in the portal. */
  readonly link: string;
  /** The how-manieth sent alert of this policy today. */
  readonly position: number;
  /** The rest of the day is only counted, so this one must say so. */
  readonly lastWithinLimit: boolean;
};

/** Address of an activity in the portal. */
export function activityLink(portalUrl: string, activityId: string): string {
  return `${portalUrl.replace(/\/+$/, '')}/activity?id=${encodeURIComponent(activityId)}`;
}

/** Puts together what the channels render. Text from users is reduced to one plain line each. */
export function noticeOf(
  activity: Activity,
  alert: PlannedAlert,
  sent: Pick<Notice, 'alertId' | 'position' | 'lastWithinLimit'>,
  portalUrl: string,
): Notice {
  const action = actionWords[activity.appliedAction];
  return {
    ...sent,
    severity: alert.severity,
    policyName: plainLine(alert.policyName),
    what: `${action}: ${activityWord(plainLine(activity.activityType, 60))}`,
    action,
    user: plainLine(activity.user, 120),
    app: plainLine(activity.app, 80),
    fileName: activity.object?.name === undefined ? undefined : plainLine(activity.object.name, 160),
    place: plainLine([activity.ip, activity.country].filter((part) => part).join(', '), 80),
    time: activity.time,
    referenceId: activity.referenceId,
    cause: activity.cause === undefined ? undefined : plainLine(activity.cause),
    link: activityLink(portalUrl, activity.id),
  };
}
