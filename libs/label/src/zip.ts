// The parts of a ZIP package, read through the central directory (APPNOTE 4.3).
import { latin1, slice, startsWith, view } from './bytes.ts';
import { corrupt, overLimit } from './label-error.ts';
import type { Inflate } from './read.ts';
import { type Source, toSource } from './source.ts';

const endSize = 22;
const maxComment = 0xffff;
const maxEntries = 65_535;
/** Labels live in small parts; a larger one is a bomb or no label part. Counted on output, not on declared sizes. */
const maxPartBytes = 4 * 1024 * 1024;
const maxDirectory = 32 * 1024 * 1024;
const encryptedFlag = 1;

export type ZipEntry = {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly size: number;
  readonly offset: number;
  /** The entry's record in the central directory, as it is. */
  readonly record: Uint8Array;
};
export type ZipPackage = {
  /** Twin names or backslashes: two readers may choose differently, so no document may have them. */
  readonly ambiguous: boolean;
  /** In the order of the central directory, which starts at `directoryAt`. */
  readonly entries: readonly ZipEntry[];
  readonly directoryAt: number;
  /** The directory is found through the 64-bit end record. */
  readonly zip64: boolean;
  /** Part names compare without case (OPC, ECMA-376-2 6.2.2). */
  has(name: string): boolean;
  /** The decompressed part; throws when it is missing, encrypted, broken or over `maxBytes` (4 MiB unless told). */
  part(name: string, maxBytes?: number): Uint8Array;
};

export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]);
}

function findEnd(source: Source): { end: Uint8Array; at: number } {
  const length = Math.min(source.size, endSize + maxComment);
  const tail = source.read(source.size - length, length);
  for (let at = length - endSize; at >= 0; at--) {
    if (startsWith(tail, [0x50, 0x4b, 0x05, 0x06], at))
      return { end: tail.subarray(at), at: source.size - length + at };
  }
  return corrupt('no end of central directory');
}

/** ZIP64 keeps, in order, only those fields whose 32-bit slot is all ones. */
function wide(extra: Uint8Array, values: readonly number[]): number[] {
  if (!values.includes(0xffffffff)) return [...values];
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = view(extra).getUint16(at + 2, true);
    if (view(extra).getUint16(at, true) === 0x0001) {
      const field = view(slice(extra, at + 4, length));
      let next = 0;
      return values.map((value) => {
        if (value !== 0xffffffff) return value;
        next += 8;
        return Number(field.getBigUint64(next - 8, true));
      });
    }
    at += 4 + length;
  }
  return corrupt('ZIP64 field missing');
}

function readEntry(bytes: Uint8Array, at: number): { entry: ZipEntry; next: number } {
  if (!startsWith(bytes, [0x50, 0x4b, 0x01, 0x02], at)) corrupt('central directory');
  const head = view(slice(bytes, at, 46));
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => head.getUint16(field, true)) as [
    number,
    number,
    number,
  ];
  const name = latin1(slice(bytes, at + 46, nameLength));
  const extra = slice(bytes, at + 46 + nameLength, extraLength);
  const sizes = [head.getUint32(24, true), head.getUint32(20, true), head.getUint32(42, true)];
  const [, size = 0, offset = 0] = wide(extra, sizes);
  const next = at + 46 + nameLength + extraLength + commentLength;
  const record = slice(bytes, at, next - at);
  return {
    entry: { name, flags: head.getUint16(8, true), method: head.getUint16(10, true), size, offset, record },
    next,
  };
}

/** APPNOTE 4.3.14 and 4.3.15: the 64-bit end record, found through its locator right before the end record. */
function directoryOf(source: Source, end: Uint8Array, endAt: number) {
  const count = view(end).getUint16(10, true);
  const directoryAt = view(end).getUint32(16, true);
  if (count !== 0xffff && directoryAt !== 0xffffffff) return { count, directoryAt, zip64: false };
  const locator = source.read(endAt - 20, 20);
  if (!startsWith(locator, [0x50, 0x4b, 0x06, 0x07])) corrupt('ZIP64 locator');
  const record = source.read(Number(view(locator).getBigUint64(8, true)), 56);
  if (!startsWith(record, [0x50, 0x4b, 0x06, 0x06])) corrupt('ZIP64 end record');
  const [wideCount, wideAt] = [32, 48].map((field) => Number(view(record).getBigUint64(field, true)));
  return { count: wideCount ?? 0, directoryAt: wideAt ?? 0, zip64: true };
}

function readDirectory(source: Source): Pick<ZipPackage, 'entries' | 'ambiguous' | 'directoryAt' | 'zip64'> {
  const { end, at: endAt } = findEnd(source);
  const { count, directoryAt, zip64 } = directoryOf(source, end, endAt);
  if (directoryAt > endAt) corrupt('central directory');
  if (endAt - directoryAt > maxDirectory) overLimit('central directory');
  const directory = source.read(directoryAt, endAt - directoryAt);
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  let ambiguous = false;
  for (let i = 0, at = 0; i < count && i < maxEntries; i++) {
    const { entry, next } = readEntry(directory, at);
    const key = entry.name.toLowerCase();
    if (names.has(key) || entry.name.includes('\\')) ambiguous = true;
    names.add(key);
    entries.push(entry);
    at = next;
  }
  return { entries, ambiguous, directoryAt, zip64 };
}

function readPart(source: Source, entry: ZipEntry, inflate: Inflate, maxBytes: number): Uint8Array {
  const local = source.read(entry.offset, 30);
  if (!startsWith(local, [0x50, 0x4b, 0x03, 0x04])) corrupt('local header');
  const head = view(local);
  const [nameLength, extraLength] = [head.getUint16(26, true), head.getUint16(28, true)];
  if (latin1(source.read(entry.offset + 30, nameLength)) !== entry.name) corrupt('local name differs');
  if (head.getUint16(8, true) !== entry.method) corrupt('local method differs');
  if ((entry.flags & encryptedFlag) !== 0) corrupt('encrypted part');
  // Deflate never grows data by more than a few bytes per block: such a part is over the limit without inflating it.
  if (entry.size > maxBytes + 65_536) overLimit('part size');
  const data = source.read(entry.offset + 30 + nameLength + extraLength, entry.size);
  if (entry.method === 0) return data.length > maxBytes ? overLimit('part size') : data;
  if (entry.method !== 8) corrupt('compression method');
  const part = inflate(data, maxBytes);
  return part.length > maxBytes ? overLimit('part size') : part;
}

/** Opens an archive; throws when its directory is broken. Parts are read when asked for. */
export function openZip(input: Uint8Array | Source, inflate: Inflate): ZipPackage {
  const source = toSource(input);
  const directory = readDirectory(source);
  // Of twins the last counts here; `ambiguous` tells callers not to trust either.
  const byName = new Map(directory.entries.map((entry) => [entry.name.toLowerCase(), entry]));
  return {
    ...directory,
    has: (name) => byName.has(name.toLowerCase()),
    part(name, maxBytes = maxPartBytes) {
      const entry = byName.get(name.toLowerCase());
      return entry ? readPart(source, entry, inflate, maxBytes) : corrupt('part missing');
    },
  };
}
