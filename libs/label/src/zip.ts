// The parts of a ZIP package, read through the central directory (APPNOTE 4.3).
import { latin1, slice, startsWith, view } from './bytes.ts';
import { corrupt, overLimit } from './label-error.ts';
import type { Inflate } from './read.ts';

const endSize = 22;
const maxComment = 0xffff;
const maxEntries = 65_535;
/** Labels live in small parts; a larger one is a bomb or no label part. Counted on output, not on declared sizes. */
const maxPartBytes = 4 * 1024 * 1024;
const encryptedFlag = 1;

type Entry = {
  readonly name: string;
  readonly flags: number;
  readonly method: number;
  readonly size: number;
  readonly offset: number;
};
export type ZipPackage = {
  /** Twin names or backslashes: two readers may choose differently, so no document may have them. */
  readonly ambiguous: boolean;
  /** Part names compare without case (OPC, ECMA-376-2 6.2.2). */
  has(name: string): boolean;
  /** The decompressed part; throws when it is missing, encrypted, broken or over 4 MiB. */
  part(name: string): Uint8Array;
};

export function isZip(bytes: Uint8Array): boolean {
  return startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]);
}

function findEnd(bytes: Uint8Array): number {
  const first = Math.max(0, bytes.length - endSize - maxComment);
  for (let at = bytes.length - endSize; at >= first; at--) {
    if (startsWith(bytes, [0x50, 0x4b, 0x05, 0x06], at)) return at;
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

function readEntry(bytes: Uint8Array, at: number): { entry: Entry; next: number } {
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
  const entry = { name, flags: head.getUint16(8, true), method: head.getUint16(10, true), size, offset };
  return { entry, next: at + 46 + nameLength + extraLength + commentLength };
}

function readDirectory(bytes: Uint8Array): { entries: Map<string, Entry>; ambiguous: boolean } {
  const end = findEnd(bytes);
  const count = view(bytes).getUint16(end + 10, true);
  let at = view(bytes).getUint32(end + 16, true);
  if (count === 0xffff || at === 0xffffffff) overLimit('ZIP64 directory');
  const entries = new Map<string, Entry>();
  let ambiguous = false;
  for (let i = 0; i < count && i < maxEntries; i++) {
    const { entry, next } = readEntry(bytes, at);
    const key = entry.name.toLowerCase();
    if (entries.has(key) || entry.name.includes('\\')) ambiguous = true;
    entries.set(key, entry);
    at = next;
  }
  return { entries, ambiguous };
}

function readPart(bytes: Uint8Array, entry: Entry, inflate: Inflate): Uint8Array {
  if (!startsWith(bytes, [0x50, 0x4b, 0x03, 0x04], entry.offset)) corrupt('local header');
  const head = view(slice(bytes, entry.offset, 30));
  const [nameLength, extraLength] = [head.getUint16(26, true), head.getUint16(28, true)];
  if (latin1(slice(bytes, entry.offset + 30, nameLength)) !== entry.name) corrupt('local name differs');
  if (head.getUint16(8, true) !== entry.method) corrupt('local method differs');
  if ((entry.flags & encryptedFlag) !== 0) corrupt('encrypted part');
  const data = slice(bytes, entry.offset + 30 + nameLength + extraLength, entry.size);
  if (entry.method === 0) return data.length > maxPartBytes ? overLimit('part size') : data;
  if (entry.method !== 8) corrupt('compression method');
  const part = inflate(data, maxPartBytes);
  return part.length > maxPartBytes ? overLimit('part size') : part;
}

/** Opens an archive; throws when its directory is broken. */
export function openZip(bytes: Uint8Array, inflate: Inflate): ZipPackage {
  const { entries, ambiguous } = readDirectory(bytes);
  return {
    ambiguous,
    has: (name) => entries.has(name.toLowerCase()),
    part(name) {
      const entry = entries.get(name.toLowerCase());
      return entry ? readPart(bytes, entry, inflate) : corrupt('part missing');
    },
  };
}
