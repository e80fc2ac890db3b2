// Replaces and adds parts of a ZIP package; every other entry keeps its raw bytes, data descriptors included.
import { latin1, startsWith, view } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { corrupt, overLimit } from './label-error.ts';
import type { Piece, Source } from './source.ts';
import type { ZipEntry, ZipPackage } from './zip.ts';

/** 1980-01-01: the same input gives the same output. */
const dosDate = 0x0021;
const utf8Flag = 0x0800;
const stored = 0;

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

function localHeader(name: string, data: Uint8Array): Uint8Array {
  const header = new Uint8Array(30 + name.length);
  const at = view(header);
  at.setUint32(0, 0x04034b50, true);
  at.setUint16(4, 20, true);
  at.setUint16(6, utf8Flag, true);
  at.setUint16(8, stored, true);
  at.setUint16(12, dosDate, true);
  at.setUint32(14, crc32(data), true);
  at.setUint32(18, data.length, true);
  at.setUint32(22, data.length, true);
  at.setUint16(26, name.length, true);
  header.set(ascii(name), 30);
  return header;
}

function centralRecord(local: Uint8Array, offset: number): Uint8Array {
  const record = new Uint8Array(local.length + 16);
  const at = view(record);
  at.setUint32(0, 0x02014b50, true);
  at.setUint16(4, 20, true);
  record.set(local.subarray(4, 30), 6);
  // Local and central header agree from "version needed" to the name's length; no extra field, no comment.
  at.setUint16(28, local.length - 30, true);
  at.setUint16(30, 0, true);
  at.setUint32(42, offset, true);
  record.set(local.subarray(30), 46);
  return record;
}

function moved(entry: ZipEntry, offset: number): Uint8Array {
  const record = entry.record.slice();
  if (view(record).getUint32(42, true) === 0xffffffff) overLimit('ZIP64 offset');
  view(record).setUint32(42, offset, true);
  return record;
}

/** Entries in file order with the bytes each owns; overlapping ones are refused. */
function extents(source: Source, zip: ZipPackage): { entry: ZipEntry; length: number }[] {
  const sorted = [...zip.entries].sort((a, b) => a.offset - b.offset);
  return sorted.map((entry, i) => {
    const length = (sorted[i + 1]?.offset ?? zip.directoryAt) - entry.offset;
    const local = source.read(entry.offset, 30);
    if (!startsWith(local, [0x50, 0x4b, 0x03, 0x04])) corrupt('local header');
    const [nameLength, extraLength] = [view(local).getUint16(26, true), view(local).getUint16(28, true)];
    if (latin1(source.read(entry.offset + 30, nameLength)) !== entry.name) corrupt('local name differs');
    if (30 + nameLength + extraLength + entry.size > length) corrupt('overlapping entries');
    return { entry, length };
  });
}

/**
 * The package with `parts` (by name, ASCII) replaced or added, stored without compression.
 *
 * @throws LabelError for ambiguous, overlapping or ZIP64 packages.
 */
export function patchZip(source: Source, zip: ZipPackage, parts: ReadonlyMap<string, Uint8Array>): Piece[] {
  if (zip.ambiguous) corrupt('part names');
  if (zip.zip64) overLimit('ZIP64 directory');
  const pieces: Piece[] = [];
  const records = new Map<string, Uint8Array>();
  const replaced = new Set([...parts.keys()].map((name) => name.toLowerCase()));
  const all = extents(source, zip);
  let offset = all[0]?.entry.offset ?? 0;
  if (offset > 0) pieces.push({ at: 0, length: offset });
  for (const { entry, length } of all) {
    if (replaced.has(entry.name.toLowerCase())) continue;
    pieces.push({ at: entry.offset, length });
    records.set(entry.name, moved(entry, offset));
    offset += length;
  }
  for (const [name, data] of parts) {
    const local = localHeader(name, data);
    pieces.push(local, data);
    records.set(name, centralRecord(local, offset));
    offset += local.length + data.length;
  }
  return [...pieces, ...directory(source, zip, [...records.values()], offset)];
}

function directory(source: Source, zip: ZipPackage, records: readonly Uint8Array[], offset: number): Piece[] {
  const size = records.reduce((sum, record) => sum + record.length, 0);
  if (records.length >= 0xffff || offset + size >= 0xffffffff) overLimit('ZIP64 output');
  const oldSize = zip.entries.reduce((sum, { record }) => sum + record.length, 0);
  // Everything behind the old directory, its end record's comment included.
  const tail = source.read(zip.directoryAt + oldSize, source.size - zip.directoryAt - oldSize).slice();
  const endAt = latin1(tail).lastIndexOf('PK\u0005\u0006');
  if (endAt === -1) corrupt('no end of central directory');
  const end = view(tail.subarray(endAt));
  end.setUint16(8, records.length, true);
  end.setUint16(10, records.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return [...records, tail.subarray(endAt)];
}
