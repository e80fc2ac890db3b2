// The words alerts use for what was done and what happened.
import type { AppliedAction, Severity } from '@gatehouse/contracts/vocabulary';

export const severityWords: Readonly<Record<Severity, string>> = { low: 'Low', medium: 'Medium', high: 'High' };

export const actionWords: Readonly<Record<AppliedAction, string>> = {
  none: 'Recorded',
  allow: 'Allowed',
  coachShown: 'Warned',
  coachAccepted: 'Continued after warning',
  coachDeclined: 'Stopped at warning',
  stepUpRequired: 'Step-up required',
  stepUpPassed: 'Allowed after step-up',
  stepUpFailed: 'Step-up failed',
  protect: 'Protected',
  protectFailed: 'Protection failed',
  block: 'Blocked',
  redirectToProxy: 'Routed to the proxy',
  redirectDirect: 'Sent directly',
  bypass: 'Bypassed',
  defaultAllow: 'Allowed due to default behaviour',
  defaultBlock: 'Blocked due to default behaviour',
};

const activityWords: Readonly<Record<string, string>> = {
  login: 'sign-in',
  logout: 'sign-out',
  navigate: 'page view',
  viewFile: 'file view',
  bypassSaved: 'a new or changed bypass',
};

/** `download`, `sign-in`; app-specific activity types stay as they are. */
export function activityWord(activityType: string): string {
  return Object.hasOwn(activityWords, activityType) ? (activityWords[activityType] ?? activityType) : activityType;
}
