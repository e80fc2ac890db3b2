// ZIP by its central directory (PKWARE APPNOTE 6.3.10). Sizes in headers place data but are never trusted for memory:
// inflating runs in slices against the budget.
import { concat, indexOf, startsWith, u16, u32, u64 } from './bytes.ts';
import type { Job } from './format.ts';

export type ZipEntry = {
  readonly name: string;
  readonly encrypted: boolean;
  readonly method: number;
  readonly data: Uint8Array;
  readonly isFolder: boolean;
};

export class ZipError extends Error {
  readonly code = 'ZIP';
}

/** True if the file ends like a ZIP, whatever it begins with (self-extracting archives, polyglots). */
export function hasZipEnd(bytes: Uint8Array): boolean {
  const end = findEnd(bytes);
  return end >= 0 && u16(bytes, end + 10) > 0;
}

/** All entries, duplicates included. Lazily, so that an entry cap stops early. Throws {@link ZipError}. */
export function* zipEntries(bytes: Uint8Array): Generator<ZipEntry> {
  const directory = locate(bytes);
  let at = directory.start;
  for (let index = 0; index < directory.count; index++) {
    if (!startsWith(bytes, 'PK\x01\x02', at)) throw new ZipError('central directory');
    yield readEntry(bytes, at, directory.shift);
    at += 46 + u16(bytes, at + 28) + u16(bytes, at + 30) + u16(bytes, at + 32);
  }
}

/** Inflated slices of an entry, each paid for before it is handed on. Throws {@link ZipError} on corrupt data. */
export async function* entrySlices(entry: ZipEntry, job: Job): AsyncGenerator<Uint8Array> {
  if (entry.method === 0) {
    job.budget.spendInflated(entry.data.length, entry.data.length);
    yield entry.data;
    return;
  }
  if (entry.method !== 8) throw new ZipError('compression method');
  let part = 0;
  for await (const slice of inflated(entry.data, job)) {
    part += slice.length;
    job.budget.spendInflated(slice.length, part);
    job.budget.tick('inflate');
    yield slice;
  }
}

async function* inflated(data: Uint8Array, job: Job): AsyncGenerator<Uint8Array> {
  try {
    yield* job.inflate(data);
  } catch {
    throw new ZipError('deflate');
  }
}

/** The whole entry; at most `partBytes` by the budget. */
export async function entryBytes(entry: ZipEntry, job: Job): Promise<Uint8Array> {
  const slices: Uint8Array[] = [];
  for await (const slice of entrySlices(entry, job)) slices.push(slice);
  return slices.length === 1 ? (slices[0] as Uint8Array) : concat(slices);
}

type Directory = { readonly start: number; readonly count: number; readonly shift: number };

function locate(bytes: Uint8Array): Directory {
  const end = findEnd(bytes);
  if (end < 0) throw new ZipError('end of central directory');
  let count = u16(bytes, end + 10);
  let size = u32(bytes, end + 12);
  let offset = u32(bytes, end + 16);
  let before = end;
  if (startsWith(bytes, 'PK\x06\x07', end - 20) && (count === 0xffff || size === 0xffffffff || offset === 0xffffffff)) {
    const record = startsWith(bytes, 'PK\x06\x06', u64(bytes, end - 12)) ? u64(bytes, end - 12) : end - 76;
    if (!startsWith(bytes, 'PK\x06\x06', record)) throw new ZipError('zip64 end');
    count = u64(bytes, record + 32);
    size = u64(bytes, record + 40);
    offset = u64(bytes, record + 48);
    before = record;
  }
  // Bytes put in front of the archive shift all offsets.
  const start = startsWith(bytes, 'PK\x01\x02', before - size) || count === 0 ? before - size : offset;
  return { start, count, shift: start - offset };
}

function findEnd(bytes: Uint8Array): number {
  const from = Math.max(0, bytes.length - 65_557);
  let found = -1;
  for (let at = indexOf(bytes, 'PK\x05\x06', from); at >= 0; at = indexOf(bytes, 'PK\x05\x06', at + 1)) found = at;
  return found;
}

function readEntry(bytes: Uint8Array, at: number, shift: number): ZipEntry {
  const nameLength = u16(bytes, at + 28);
  const flags = u16(bytes, at + 8);
  const nameBytes = bytes.subarray(at + 46, at + 46 + nameLength);
  const name = new TextDecoder(flags & 0x800 ? 'utf-8' : 'windows-1252').decode(nameBytes);
  const { compressed, local } = placeOf(bytes, at, nameLength);
  // Some writers give a wrong directory offset but right entry offsets.
  const header = startsWith(bytes, 'PK\x03\x04', local + shift) ? local + shift : local;
  if (!startsWith(bytes, 'PK\x03\x04', header)) throw new ZipError('local header');
  const from = header + 30 + u16(bytes, header + 26) + u16(bytes, header + 28);
  return {
    name,
    encrypted: ((flags | u16(bytes, header + 6)) & 1) === 1,
    method: u16(bytes, at + 10),
    // A size of 0 beside deflated data is a lie some readers forgive: let the inflater find the end.
    data:
      compressed === 0 && u16(bytes, at + 10) === 8 ? bytes.subarray(from) : bytes.subarray(from, from + compressed),
    isFolder: name.endsWith('/') && compressed === 0,
  };
}

/** Compressed size and header offset, from the ZIP64 extra field where the short ones are full. */
function placeOf(bytes: Uint8Array, at: number, nameLength: number): { compressed: number; local: number } {
  let compressed = u32(bytes, at + 20);
  let local = u32(bytes, at + 42);
  const extra = at + 46 + nameLength;
  const extraEnd = extra + u16(bytes, at + 30);
  for (let field = extra; field + 4 <= extraEnd; field += 4 + u16(bytes, field + 2)) {
    if (u16(bytes, field) !== 1) continue;
    let value = field + 4;
    if (u32(bytes, at + 24) === 0xffffffff) value += 8;
    if (compressed === 0xffffffff) {
      compressed = u64(bytes, value);
      value += 8;
    }
    if (local === 0xffffffff) local = u64(bytes, value);
  }
  return { compressed, local };
}
