// User-defined properties of old Office files: the second set of DocumentSummaryInformation (MS-OLEPS).
import { slice, view } from './bytes.ts';
import { overLimit } from './label-error.ts';
import type { Property } from './msip.ts';

/** FMTID_UserDefinedProperties {D5CDD505-2E9C-101B-9397-08002B2CF9AE} in file byte order. */
const userDefined = '05d5cdd59c2e1b10939708002b2cf9ae';
const maxProperties = 4096;
const unicodeCodePage = 1200;
const typeAnsi = 0x1e;
const typeUnicode = 0x1f;
const codePages: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  10000: 'macintosh',
  65001: 'utf-8',
};

const hex = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

function decoder(codePage: number): TextDecoder {
  const label = codePages[codePage] ?? (codePage >= 1250 && codePage <= 1258 ? `windows-${codePage}` : 'windows-1252');
  return new TextDecoder(codePage === unicodeCodePage ? 'utf-16le' : label);
}

const untilNul = (text: string) => text.split('\0', 1)[0] ?? '';

function dictionary(bytes: Uint8Array, offset: number, codePage: number): Map<number, string> {
  const at = view(bytes);
  const names = new Map<number, string>();
  const count = at.getUint32(offset, true);
  if (count > maxProperties) overLimit('property dictionary');
  let next = offset + 4;
  for (let i = 0; i < count; i++) {
    const length = at.getUint32(next + 4, true) * (codePage === unicodeCodePage ? 2 : 1);
    names.set(at.getUint32(next, true), untilNul(decoder(codePage).decode(slice(bytes, next + 8, length))));
    // Unicode names are padded to four bytes, others are not (MS-OLEPS 2.16).
    next += 8 + (codePage === unicodeCodePage ? (length + 3) & ~3 : length);
  }
  return names;
}

function textValue(bytes: Uint8Array, offset: number, codePage: number): string | undefined {
  const at = view(bytes);
  const type = at.getUint32(offset, true) & 0xffff;
  if (type !== typeAnsi && type !== typeUnicode) return undefined;
  const length = at.getUint32(offset + 4, true) * (type === typeUnicode ? 2 : 1);
  return untilNul(decoder(type === typeUnicode ? unicodeCodePage : codePage).decode(slice(bytes, offset + 8, length)));
}

function readSet(bytes: Uint8Array): Property[] {
  const at = view(bytes);
  const count = at.getUint32(4, true);
  if (count > maxProperties) overLimit('properties');
  const offsets = new Map<number, number>();
  for (let i = 0; i < count; i++) offsets.set(at.getUint32(8 + i * 8, true), at.getUint32(12 + i * 8, true));
  const codePageAt = offsets.get(1);
  const codePage = codePageAt === undefined ? 1252 : at.getUint16(codePageAt + 4, true);
  const names = dictionary(bytes, offsets.get(0) ?? overLimit('no dictionary'), codePage);
  return [...names].flatMap(([id, name]) => {
    const offset = offsets.get(id);
    const value = offset === undefined ? undefined : textValue(bytes, offset, codePage);
    return value === undefined ? [] : [{ name, value }];
  });
}

/** The text properties of the user-defined set; none when the stream has no such set. */
export function userDefinedProperties(stream: Uint8Array): Property[] {
  const at = view(stream);
  const sets = Math.min(at.getUint32(24, true), 2);
  for (let i = 0; i < sets; i++) {
    const head = 28 + i * 20;
    if (hex(slice(stream, head, 16)) === userDefined) {
      const offset = at.getUint32(head + 16, true);
      return readSet(slice(stream, offset, stream.length - offset));
    }
  }
  return [];
}
