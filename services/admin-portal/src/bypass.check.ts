// What a bypass must hold: somebody, a reason others can judge, and an end that is near.
import type { App, Bypass } from '@gatehouse/contracts/catalogue';
import type { FieldError } from './problem.ts';

/** Long enough for an incident over a weekend; who needs longer changes the assignment. */
const longestMs = 7 * 24 * 60 * 60_000;
const leastReason = 10;
const mostUsers = 200;

/** Every bad field of a bypass that begins now; times in milliseconds since the epoch. */
export function checkBypass(bypass: Bypass, apps: readonly App[], now: number): FieldError[] {
  const permitted = apps.map(({ id }) => id);
  const errors: FieldError[] = [];
  if (!permitted.includes(bypass.app)) {
    errors.push({ field: 'app', message: `there is no app "${bypass.app}"`, permitted });
  }
  if (bypass.users.length < 1 || bypass.users.length > mostUsers) {
    errors.push({ field: 'users', message: `must name 1 to ${mostUsers} users` });
  }
  if (bypass.reason.trim().length < leastReason || bypass.reason.length > 500) {
    errors.push({ field: 'reason', message: `must say why in ${leastReason} to 500 characters` });
  }
  const left = Date.parse(bypass.expiresAt) - now;
  if (!(left > 0 && left <= longestMs)) {
    errors.push({ field: 'expiresAt', message: 'must be in the future and at most 7 days from now' });
  }
  return errors;
}
