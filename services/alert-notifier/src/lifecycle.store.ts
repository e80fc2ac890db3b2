// Changes of alerts: each alert's step is written with how it stood before, so that it can be taken back.
import { type AlertChange, applyChange, type Standing, undoMs } from '@gatehouse/alerting/lifecycle';
import { type AlertEvent, alertEventSchema } from '@gatehouse/contracts/queries';
import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { type AlertRecord, alertOf } from './alert.store.ts';

type Step = { readonly changeId: string; readonly by: string; readonly now: Date };

const standingSchema = z.custom<Standing>((value) => typeof value === 'object' && value !== null && 'state' in value);

async function write(manager: EntityManager, id: string, standing: Standing, { by, now }: Step): Promise<void> {
  await manager.query(
    `UPDATE alerts SET state = $2, resolution = $3, assignee = $4, snoozed_until = $5, updated_by = $6, updated_at = $7
     WHERE id = $1`,
    [
      id,
      standing.state,
      standing.resolution ?? null,
      standing.assignee ?? null,
      standing.snoozedUntil ?? null,
      by,
      now,
    ],
  );
}

async function writeEvent(manager: EntityManager, alertId: string, change: object, before: Standing, step: Step) {
  await manager.query(
    'INSERT INTO alert_events (alert_id, change_id, at, by, change, before) VALUES ($1, $2, $3, $4, $5, $6)',
    [alertId, step.changeId, step.now, step.by, JSON.stringify(change), JSON.stringify(before)],
  );
}

function standingOf(record: AlertRecord): Standing {
  const { state, resolution, assignee, snoozedUntil } = alertOf(record);
  return {
    state,
    ...(resolution === undefined ? {} : { resolution }),
    ...(assignee === undefined ? {} : { assignee }),
    ...(snoozedUntil === undefined ? {} : { snoozedUntil }),
  };
}

/** Applies one change to many alerts in one transaction; answers the ids that exist. */
export function changeAlerts(
  dataSource: DataSource,
  ids: readonly string[],
  change: AlertChange,
  step: Step,
): Promise<string[]> {
  return dataSource.transaction(async (manager) => {
    const records: AlertRecord[] = await manager.query(
      'SELECT * FROM alerts WHERE id = ANY($1) ORDER BY id FOR UPDATE',
      [ids],
    );
    for (const record of records) {
      const before = standingOf(record);
      await write(manager, record.id, applyChange(before, change), step);
      await writeEvent(manager, record.id, change, before, step);
    }
    return records.map(({ id }) => id);
  });
}

/**
 * Puts alerts back to how they stood before a change of the same person in the last ten seconds. An alert that someone
 * changed since stays as it is.
 */
export function undoChange(dataSource: DataSource, undo: Step & { readonly undoes: string }): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const found: { alert_id: string; before: unknown }[] = await manager.query(
      `SELECT e.alert_id, e.before FROM alert_events e JOIN alerts a ON a.id = e.alert_id
       WHERE e.change_id = $1 AND e.by = $2 AND e.at > $3
         AND NOT EXISTS (SELECT FROM alert_events later WHERE later.alert_id = e.alert_id AND later.id > e.id)
       ORDER BY e.alert_id FOR UPDATE OF a`,
      [undo.undoes, undo.by, new Date(undo.now.getTime() - undoMs)],
    );
    for (const { alert_id: id, before } of found) {
      const standing = standingSchema.parse(before);
      await write(manager, id, standing, undo);
      await writeEvent(manager, id, { state: standing.state, undone: true }, standing, undo);
    }
    return found.length;
  });
}

/** Opens snoozed alerts whose time has come; answers how many. Safe on every replica at once. */
export function wakeSnoozed(dataSource: DataSource, step: Step): Promise<number> {
  return dataSource.transaction(async (manager) => {
    const records: AlertRecord[] = await manager.query(
      `SELECT * FROM alerts WHERE state = 'snoozed' AND snoozed_until <= $1 ORDER BY id LIMIT 1000
       FOR UPDATE SKIP LOCKED`,
      [step.now],
    );
    for (const record of records) {
      const before = standingOf(record);
      await write(manager, record.id, applyChange(before, { state: 'open' }), step);
      await writeEvent(manager, record.id, { state: 'open' }, before, step);
    }
    return records.length;
  });
}

/** What happened to an alert, oldest first. */
export async function timelineOf(dataSource: DataSource, alertId: string): Promise<AlertEvent[]> {
  const records: { at: Date; by: string; change: object }[] = await dataSource.query(
    'SELECT at, by, change FROM alert_events WHERE alert_id = $1 ORDER BY id LIMIT 500',
    [alertId],
  );
  return records.map(({ at, by, change }) => alertEventSchema.parse({ ...change, at: at.toISOString(), by }));
}
