// alert.update and alert.undo: one change of many alerts, and back.
import { randomUUID } from 'node:crypto';
import { type AlertChange, changeFaults } from '@gatehouse/alerting/lifecycle';
import type { alertUndo, alertUpdate } from '@gatehouse/contracts/queries';
import type { DataSource } from 'typeorm';
import type { z } from 'zod';
import { changeAlerts, undoChange } from './lifecycle.store.ts';

type Dependencies = { readonly dataSource: DataSource; readonly now: () => Date };

function changeOf(input: z.output<typeof alertUpdate.input>): AlertChange {
  const { ids: _ids, by: _by, ...change } = input;
  return change;
}

/** The portal names faults before it asks; one that comes all the same changes nothing. */
export async function handleUpdate(
  input: z.output<typeof alertUpdate.input>,
  { dataSource, now }: Dependencies,
): Promise<z.output<typeof alertUpdate.output>> {
  const change = changeOf(input);
  if (changeFaults(change, now()).length > 0) return { updated: 0 };
  const changeId = randomUUID();
  const changed = await changeAlerts(dataSource, input.ids, change, { changeId, by: input.by, now: now() });
  return { updated: changed.length, changeId };
}

/** Takes back what the same person did in the last seconds. */
export async function handleUndo(
  { changeId: undoes, by }: z.output<typeof alertUndo.input>,
  { dataSource, now }: Dependencies,
): Promise<z.output<typeof alertUndo.output>> {
  return { undone: await undoChange(dataSource, { undoes, changeId: randomUUID(), by, now: now() }) };
}
