// What the label filter of a policy compares with.
import type { LabelReading } from '@gatehouse/contracts/inspection';

/**
 * Names, label GUIDs and site GUIDs of every label found, without repeats, GUIDs in lower case. `unreadable` stands for
 * a file whose labels could not be read, rights-managed ones included when they show no label. No label: empty.
 */
export function labelValues(reading: LabelReading): string[] {
  const values = reading.labels.flatMap(({ name, id, siteId }) => [name, id, siteId]);
  const known = [...new Set(values.filter((value) => value !== undefined && value !== ''))] as string[];
  const hidden = reading.state === 'unreadable' || (reading.state === 'protected' && known.length === 0);
  return hidden ? [...known, 'unreadable'] : known;
}
