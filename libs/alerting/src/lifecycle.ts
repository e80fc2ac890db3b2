// Open → acknowledged or snoozed → closed: what an alert can become, and what undo and signed links may do.
import type { Alert, AlertEvent, RecipientPreference } from '@gatehouse/contracts/queries';
import type { Severity } from '@gatehouse/contracts/vocabulary';

/** Where an alert stands. */
export type Standing = Pick<Alert, 'state' | 'resolution' | 'assignee' | 'snoozedUntil'>;

export type AlertChange = Omit<AlertEvent, 'at' | 'by' | 'undone'>;

/** Undo is offered for ten seconds; the rest is the way there and back. */
export const undoMs = 12_000;
export const longestSnoozeMs = 30 * 86_400_000;

export type FieldFault = { readonly field: string; readonly message: string };

/** What is wrong with a change, all faults at once; none: it can be applied to any alert. */
export function changeFaults(change: AlertChange, now: Date): FieldFault[] {
  const { state, resolution, snoozedUntil } = change;
  const faults: FieldFault[] = [];
  if (Object.values(change).every((value) => value === undefined)) {
    faults.push({ field: 'state', message: 'nothing to change: give state, assignee or comment' });
  }
  if (resolution !== undefined && state !== 'closed') {
    faults.push({ field: 'resolution', message: 'only together with state "closed"' });
  }
  if (state === 'snoozed') {
    const ahead = snoozedUntil === undefined ? Number.NaN : Date.parse(snoozedUntil) - now.getTime();
    if (!(ahead > 0 && ahead <= longestSnoozeMs)) {
      faults.push({ field: 'snoozedUntil', message: 'must be a time within the next 30 days' });
    }
  } else if (snoozedUntil !== undefined) {
    faults.push({ field: 'snoozedUntil', message: 'only together with state "snoozed"' });
  }
  return faults;
}

/** Where an alert stands after a change. A resolution lasts while closed, an end of sleep while snoozed. */
export function applyChange(before: Standing, change: AlertChange): Standing {
  const state = change.state ?? before.state;
  const resolution = change.state === undefined ? before.resolution : change.resolution;
  const snoozedUntil = change.state === undefined ? before.snoozedUntil : change.snoozedUntil;
  const assignee = change.assignee === undefined ? before.assignee : (change.assignee ?? undefined);
  return {
    state,
    ...(state === 'closed' && resolution !== undefined ? { resolution } : {}),
    ...(assignee === undefined ? {} : { assignee }),
    ...(state === 'snoozed' && snoozedUntil !== undefined ? { snoozedUntil } : {}),
  };
}

const ranks: Readonly<Record<Severity, number>> = { low: 0, medium: 1, high: 2 };

/** Why a message of this severity does not go to a recipient; undefined: it does. Digests have no severity. */
export function mutedBecause(
  least: RecipientPreference['leastSeverity'] | undefined,
  severity: Severity | undefined,
): string | undefined {
  if (least === undefined) return undefined;
  if (least === 'none') return 'recipient wants no alerts';
  if (severity === undefined || ranks[severity] >= ranks[least]) return undefined;
  return `recipient wants ${least} and above`;
}
