// OLE2 compound files (MS-CFB): storages and streams by path.

import { slice, startsWith, view } from './bytes.ts';
import { concat } from './concat.ts';
import { corrupt, overLimit } from './label-error.ts';

const lastRegular = 0xfffffffa;
const none = 0xffffffff;
const maxStream = 4 * 1024 * 1024;
const maxEntries = 65_535;

type Entry = { name: string; type: number; left: number; right: number; child: number; start: number; size: number };
export type CompoundFile = {
  /** `/`-joined path of every storage and stream. Names compare without case. */
  has(path: string): boolean;
  /** A stream's bytes (4 MiB at most); undefined when there is none. */
  stream(path: string): Uint8Array | undefined;
};
type Layout = { bytes: Uint8Array; sectorSize: number; fat: number[] };

export function isCompoundFile(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
}

/** Follows a chain; a loop would be longer than the table. */
function chain(table: readonly number[], start: number, limit = table.length): number[] {
  const sectors: number[] = [];
  for (let at = start; at <= lastRegular; at = table[at] ?? corrupt('sector outside the table')) {
    if (sectors.length >= limit) overLimit('sector chain');
    sectors.push(at);
  }
  return sectors;
}

function sector(layout: Pick<Layout, 'bytes' | 'sectorSize'>, index: number): Uint8Array {
  return slice(layout.bytes, (index + 1) * layout.sectorSize, layout.sectorSize);
}

function numbers(bytes: Uint8Array): number[] {
  const at = view(bytes);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => at.getUint32(i * 4, true));
}

function readLayout(bytes: Uint8Array): Layout {
  const head = view(slice(bytes, 0, 512));
  const shift = head.getUint16(30, true);
  if (shift !== 9 && shift !== 12) corrupt('sector size');
  const sectorSize = 1 << shift;
  const fatSectors = numbers(bytes.subarray(76, 512));
  const perSector = sectorSize / 4 - 1;
  const most = Math.ceil(bytes.length / sectorSize);
  for (let next = head.getUint32(68, true), seen = 0; next <= lastRegular; seen++) {
    if (seen > most) overLimit('DIFAT chain');
    const entries = numbers(sector({ bytes, sectorSize }, next));
    fatSectors.push(...entries.slice(0, perSector));
    next = entries[perSector] ?? none;
  }
  const used = fatSectors.filter((index) => index <= lastRegular);
  if (used.length > most) overLimit('FAT sectors');
  return { bytes, sectorSize, fat: used.flatMap((index) => numbers(sector({ bytes, sectorSize }, index))) };
}

function readEntries(directory: Uint8Array): Entry[] {
  return Array.from({ length: Math.min(directory.length >> 7, maxEntries) }, (_, i) => {
    const bytes = directory.subarray(i * 128, i * 128 + 128);
    const at = view(bytes);
    const nameLength = Math.min(64, at.getUint16(64, true));
    const name = new TextDecoder('utf-16le').decode(bytes.subarray(0, Math.max(0, nameLength - 2)));
    const [left, right, child] = [68, 72, 76].map((field) => at.getUint32(field, true)) as [number, number, number];
    return {
      name,
      type: bytes[66] ?? 0,
      left,
      right,
      child,
      start: at.getUint32(116, true),
      size: at.getUint32(120, true),
    };
  });
}

function paths(entries: readonly Entry[]): Map<string, Entry> {
  const found = new Map<string, Entry>();
  const seen = new Set<number>();
  const pending: { index: number; parent: string }[] = [{ index: entries[0]?.child ?? none, parent: '' }];
  for (let item = pending.pop(); item; item = pending.pop()) {
    if (item.index === none) continue;
    const entry = entries[item.index];
    if (!entry || seen.has(item.index)) corrupt('directory tree');
    seen.add(item.index);
    const path = `${item.parent}${entry.name.toLowerCase()}`;
    found.set(path, entry);
    pending.push({ index: entry.left, parent: item.parent }, { index: entry.right, parent: item.parent });
    if (entry.type === 1) pending.push({ index: entry.child, parent: `${path}/` });
  }
  return found;
}

/** Opens a compound file; loops and references outside the file throw. */
export function openCompoundFile(bytes: Uint8Array): CompoundFile {
  const layout = readLayout(bytes);
  const head = view(bytes);
  const read = (start: number) => concat(chain(layout.fat, start).map((index) => sector(layout, index)));
  const entries = readEntries(read(head.getUint32(48, true)));
  const found = paths(entries);
  const miniFat = numbers(read(head.getUint32(60, true)));
  const miniStream = entries[0] && entries[0].start <= lastRegular ? read(entries[0].start) : new Uint8Array();
  const cutoff = head.getUint32(56, true);
  const mini = (start: number) => concat(chain(miniFat, start).map((index) => slice(miniStream, index * 64, 64)));
  return {
    has: (path) => found.has(path.toLowerCase()),
    stream(path) {
      const entry = found.get(path.toLowerCase());
      if (entry?.type !== 2) return undefined;
      if (entry.size > maxStream) overLimit('stream size');
      if (entry.size === 0) return new Uint8Array();
      return slice(entry.size < cutoff ? mini(entry.start) : read(entry.start), 0, entry.size);
    },
  };
}
