// The label that is put on a file, and whether it may be put there.
import type { LabelReading } from '@gatehouse/contracts/inspection';
import type { Property } from './msip.ts';

/** Our label as files carry it. GUIDs in lower case without braces; `setDate` ISO 8601 with `Z`, no fractions. */
export type LabelStamp = {
  readonly id: string;
  readonly siteId: string;
  readonly name: string;
  readonly priority: number;
  readonly setDate: string;
  readonly actionId: string;
  /** What the file itself shows: 1 header, 2 footer, 4 watermark. */
  readonly contentBits: number;
};

export type LabelRanks = {
  /** Organisations whose labels are ours: our own GUID and mapped tenants'. */
  readonly sites: ReadonlySet<string>;
  /** Priority by label GUID, externally mapped ones included. */
  readonly priorities: ReadonlyMap<string, number>;
};

export type Kept = 'same' | 'higher' | 'unknownLabel' | 'unreadable' | 'protected';

/**
 * Why a file keeps what it has, or undefined when the label may be written: it is raised by priority, never lowered, and a
 * label of ours that the taxonomy does not know counts as one that may not be replaced.
 */
export function keepsLabel(reading: LabelReading, stamp: LabelStamp, ranks: LabelRanks): Kept | undefined {
  if (reading.state === 'protected' || reading.state === 'unreadable') return reading.state;
  const current = reading.labels.filter(({ siteId }) => siteId !== undefined && ranks.sites.has(siteId));
  if (current.some(({ id, siteId }) => id === stamp.id && siteId === stamp.siteId)) return 'same';
  const priorities = current.map(({ id }) => ranks.priorities.get(id));
  if (priorities.some((priority) => priority === undefined)) return 'unknownLabel';
  return priorities.some((priority) => (priority ?? 0) >= stamp.priority) ? 'higher' : undefined;
}

/** The flat properties of a label, in the order Purview writes them. */
export function stampProperties(stamp: LabelStamp): Property[] {
  const values = {
    Enabled: 'true',
    SetDate: stamp.setDate,
    Method: 'Standard',
    Name: stamp.name,
    SiteId: stamp.siteId,
    ActionId: stamp.actionId,
    ContentBits: String(stamp.contentBits),
  };
  return Object.entries(values).map(([key, value]) => ({ name: `MSIP_Label_${stamp.id}_${key}`, value }));
}
