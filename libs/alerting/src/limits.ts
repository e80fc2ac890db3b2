// How many alerts leave per policy, and how many messages reach one recipient, per UTC day (SPEC section 8).

export type Channel = 'email' | 'sms' | 'webhook';

/** A policy that is gone from the snapshot still alerts, within this. */
export const defaultDailyLimit = 5;

/** Outages are rare and count as one pseudo policy each; this only bounds a flapping dependency. */
export const outageDailyLimit = 20;

/** Messages per recipient and UTC day; undefined: no cap. */
export const recipientCaps: Readonly<Record<Channel, number | undefined>> = { email: 500, sms: 10, webhook: undefined };

/** The UTC day of a moment, `YYYY-MM-DD`. */
export function utcDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/**
 * Day that a match counts for: the day it happened. A clock that runs ahead must not open tomorrow's limit,
 * so a time in the future counts as now.
 */
export function matchDay(matchedAt: string, now: Date): string {
  return utcDay(new Date(Math.min(Date.parse(matchedAt), now.getTime())));
}

/** Whether the `position`-th sent alert of a day (from 1) is the last within the limit. */
export function isLastWithinLimit(position: number, dailyLimit: number): boolean {
  return position >= dailyLimit;
}
