// OLE2 compound files ([MS-CFB]): only the directory, which tells doc, xls, ppt and encrypted packages apart.
import { latin1, startsWith, u16, u32 } from './bytes.ts';

const MAX_SECTORS = 4096;
const END = 0xfffffffa;

export type CfbEntry = { readonly name: string; readonly start: number; readonly size: number };

export function isCfb(bytes: Uint8Array): boolean {
  return startsWith(bytes, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1');
}

/** Stream and storage names. With only the first part of a file at hand, those found in it. */
export function cfbEntries(bytes: Uint8Array): CfbEntry[] {
  const entries: CfbEntry[] = [];
  const seen = new Set<number>();
  let sector = u32(bytes, 48);
  while (sector < END && !seen.has(sector) && seen.size < MAX_SECTORS) {
    seen.add(sector);
    const at = sectorOffset(bytes, sector);
    if (at >= bytes.length) break;
    for (let slot = at; slot < at + sectorSize(bytes); slot += 128) readEntry(bytes, slot, entries);
    sector = nextSector(bytes, sector);
  }
  return entries.length > 0 ? entries : namesByPattern(bytes);
}

/** The first bytes of a stream that is stored in ordinary sectors (4,096 bytes or more). */
export function cfbStreamHead(bytes: Uint8Array, entry: CfbEntry): Uint8Array {
  const at = sectorOffset(bytes, entry.start);
  return entry.size < 4096 ? new Uint8Array() : bytes.subarray(at, at + sectorSize(bytes));
}

function sectorSize(bytes: Uint8Array): number {
  return u16(bytes, 30) === 12 ? 4096 : 512;
}

function sectorOffset(bytes: Uint8Array, sector: number): number {
  return (sector + 1) * sectorSize(bytes);
}

function nextSector(bytes: Uint8Array, sector: number): number {
  const perSector = sectorSize(bytes) / 4;
  const table = Math.floor(sector / perSector);
  if (table >= 109) return END;
  return u32(bytes, sectorOffset(bytes, u32(bytes, 76 + table * 4)) + (sector % perSector) * 4) || END;
}

function readEntry(bytes: Uint8Array, at: number, entries: CfbEntry[]): void {
  const length = u16(bytes, at + 64);
  if (length < 4 || length > 64 || (bytes[at + 66] ?? 0) === 0) return;
  let name = '';
  for (let i = 0; i < length - 2; i += 2) name += String.fromCharCode(u16(bytes, at + i));
  entries.push({ name, start: u32(bytes, at + 116), size: u32(bytes, at + 120) });
}

const KNOWN = [
  'WordDocument',
  'Workbook',
  'PowerPoint Document',
  'EncryptedPackage',
  '__substg1.0',
  '__properties_version1.0',
];

/** The directory of a large file may lie beyond the bytes we have; its names may still show. */
function namesByPattern(bytes: Uint8Array): CfbEntry[] {
  const text = latin1(bytes, 0, Math.min(bytes.length, 65_536));
  return KNOWN.filter((name) => text.includes([...name].join('\0'))).map((name) => ({ name, start: 0, size: 0 }));
}
