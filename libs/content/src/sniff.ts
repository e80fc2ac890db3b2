// What a file is, from its bytes. The name only helps where bytes cannot tell (csv; OLE files cut short).
import { indexOf, latin1, startsWith, u16, u32 } from './bytes.ts';
import { cfbEntries, isCfb } from './cfb.ts';
import { type FileKind, type FileType, type FileTypeId, knownExtensions, types } from './file-types.ts';

export type Sniffed = {
  readonly id: FileTypeId;
  readonly mime: string;
  readonly kind: FileKind;
  /** Lower case, without the dot; those of the type itself. */
  readonly extensions: readonly string[];
};

const HEAD = 65_536;

/**
 * Detects the type from the first bytes; 64 KiB are enough, fewer give a coarser answer.
 * `name` never overrules magic bytes.
 */
export function sniff(bytes: Uint8Array, name?: string): Sniffed {
  const id = detect(bytes.subarray(0, HEAD), extensionOf(name));
  const { mime, kind, extensions }: FileType = types[id];
  return { id, mime, kind, extensions };
}

/** Whether the name promises another type than the bytes hold. Unknown extensions promise nothing. */
export function typeMismatch(name: string, sniffed: Sniffed): boolean {
  const extension = extensionOf(name);
  if (extension === undefined || !knownExtensions.has(extension) || sniffed.id === 'empty') return false;
  const type: FileType = types[sniffed.id];
  return !type.extensions.includes(extension) && !(type.alsoNamed ?? []).includes(extension);
}

/** Lower case, without the dot; trailing dots and spaces are not part of it (Windows drops them). */
export function extensionOf(name: string | undefined): string | undefined {
  return /\.([a-z0-9]{1,10})[. ]*$/i.exec(name ?? '')?.[1]?.toLowerCase();
}

const magic: readonly (readonly [string, FileTypeId])[] = [
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff', 'jpeg'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['{\\rtf', 'rtf'],
  ['\x7fELF', 'elf'],
  ['\x1f\x8b', 'gzip'],
  ['7z\xbc\xaf\x27\x1c', 'sevenZip'],
  ['Rar!\x1a\x07', 'rar'],
];

function detect(head: Uint8Array, extension: string | undefined): FileTypeId {
  if (head.length === 0) return 'empty';
  for (const [signature, id] of magic) if (startsWith(head, signature)) return id;
  if (startsWith(head, 'PK\x03\x04') || startsWith(head, 'PK\x05\x06')) return detectZip(head);
  if (isCfb(head)) return detectOle(head, extension);
  if (startsWith(head, 'RIFF') && startsWith(head, 'WEBP', 8)) return 'webp';
  if (startsWith(head, 'MZ') && (startsWith(head, 'PE\0\0', u32(head, 60)) || u32(head, 60) >= head.length))
    return 'pe';
  // Readers accept a PDF header anywhere in the first 1,024 bytes (PDF 32000-1, annex H.3.4.1).
  if (indexOf(head, '%PDF-', 0, Math.min(head.length, 1029)) >= 0) return 'pdf';
  if (startsWith(head, 'BM') && u32(head, 2) >= 26 && u32(head, 6) === 0 && u32(head, 10) < 2048) return 'bmp';
  return isText(head) ? detectText(head, extension) : 'unknown';
}

function detectZip(head: Uint8Array): FileTypeId {
  const names = localNames(head);
  if (names[0] === 'mimetype') {
    const content = latin1(head, 38, 120);
    for (const id of ['odt', 'ods', 'odp'] as const) if (content.startsWith(types[id].mime)) return id;
  }
  if (
    !names.some((name) => name === '[Content_Types].xml' || name.startsWith('_rels/') || name.startsWith('docProps/'))
  )
    return 'zip';
  for (const name of names) {
    if (name.startsWith('word/')) return 'docx';
    if (name.startsWith('xl/')) return 'xlsx';
    if (name.startsWith('ppt/')) return 'pptx';
  }
  return 'zip';
}

/** Names in the local headers; found by signature, as sizes may stand behind the data or lie. */
function localNames(head: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = indexOf(head, 'PK\x03\x04'); at >= 0; at = indexOf(head, 'PK\x03\x04', at + 4)) {
    names.push(latin1(head, at + 30, Math.min(head.length, at + 30 + u16(head, at + 26))));
  }
  return names;
}

function detectOle(head: Uint8Array, extension: string | undefined): FileTypeId {
  const names = new Set(cfbEntries(head).map((entry) => entry.name));
  if (names.has('EncryptedPackage')) return 'encryptedOffice';
  if (names.has('WordDocument')) return 'doc';
  if (names.has('Workbook') || names.has('Book')) return 'xls';
  if (names.has('PowerPoint Document')) return 'ppt';
  if ([...names].some((name) => name.startsWith('__substg1.0') || name === '__properties_version1.0')) return 'msg';
  for (const id of ['doc', 'xls', 'ppt', 'msg'] as const) if (extension === id) return id;
  return 'ole';
}

/** A BOM, a NUL pattern of UTF-16, or hardly any control characters. */
function isText(head: Uint8Array): boolean {
  if (startsWith(head, '\xff\xfe') || startsWith(head, '\xfe\xff')) return true;
  let controls = 0;
  let nulls = 0;
  // Counted by index, printable bytes first: every text that crosses the edge comes through here.
  for (let at = 0; at < head.length; at += 1) {
    const byte = head[at] ?? 0;
    if (byte >= 32) continue;
    if (byte === 0) nulls++;
    else if (byte !== 9 && byte !== 10 && byte !== 13 && byte !== 12 && byte !== 27) controls++;
  }
  // Half of the bytes in UTF-16, three quarters in UTF-32, and then in every fourth place.
  if (nulls * 3 <= head.length && nulls > 0) return false;
  if (nulls > 0) return controls * 50 < head.length && (nulls * 2 <= head.length + 2 || isRegular(head, nulls));
  return controls * 100 <= head.length;
}

function isRegular(head: Uint8Array, nulls: number): boolean {
  const start = startsWith(head, '\0\0') ? 3 : 0;
  let visible = 0;
  for (let at = start; at < head.length; at += 4) if (head[at] !== 0) visible++;
  return nulls * 4 <= head.length * 3 + 4 && visible * 4 >= head.length - 8;
}

function detectText(head: Uint8Array, extension: string | undefined): FileTypeId {
  const start = latin1(head, 0, Math.min(head.length, 4096)).replaceAll('\0', '');
  const text = start.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '').trimStart();
  if (['eml', 'mht', 'mhtml'].includes(extension ?? '') ? /^[!-9;-~]{1,70}:/.test(text) : looksLikeMail(text))
    return 'eml';
  if (/^(?:<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]|<script[\s>])/i.test(text)) return 'html';
  if (text.startsWith('<')) return /<(?:html|body|table|div|p)[\s>]/i.test(text) ? 'html' : 'xml';
  if (/^(?:\{\s*(?:"|\})|\[\s*(?:[[{"\d\]-]|true|false|null))/.test(text)) return 'json';
  if (extension === 'csv' || extension === 'tsv') return 'csv';
  return looksLikeCsv(text) ? 'csv' : 'text';
}

/** RFC 5322 header fields from the first line on, three of those every mail has. */
function looksLikeMail(text: string): boolean {
  if (
    !/^(?:from|to|received|return-path|message-id|mime-version|date|subject|delivered-to|x-[\w-]{1,40}): ?\S/i.test(
      text,
    )
  )
    return false;
  const header = text.slice(0, text.search(/\r?\n\r?\n/) >>> 0);
  const fields = header.match(/^(?:from|to|received|message-id|mime-version|date|subject|content-type):/gim) ?? [];
  const names = new Set(fields.map((field) => field.toLowerCase()));
  return names.size >= 3 || (names.has('mime-version:') && names.has('content-type:'));
}

function looksLikeCsv(text: string): boolean {
  const lines = text.split(/\r?\n/).slice(0, 8).slice(0, -1);
  const first = lines[0];
  if (first === undefined || lines.length < 2) return false;
  return [',', ';', '\t'].some((separator) => {
    const columns = first.split(separator).length;
    return columns > 2 && lines.every((line) => line.split(separator).length === columns && !/[.!?]$/.test(line));
  });
}
