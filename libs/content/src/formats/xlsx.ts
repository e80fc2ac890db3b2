// Excel workbooks: cells in row order with shared strings resolved, then every named column with its header.
// Other parts (comments, drawings, properties) as in any office package.
import type { ScanOutcome } from '@gatehouse/contracts/inspection';
import type { Format, Job, Source } from '../format.ts';
import { createStripper, decodeReferences, MarkupError } from '../markup.ts';
import { type ZipEntry, zipEntries } from '../zip.ts';
import { readPackage } from './office.ts';
import { decodedSlices, partPlace } from './package-part.ts';
import { createColumns } from './table.ts';

const MAX_ELEMENT = 1 << 22;
const aroundAttributes = new Set(['display', 'tooltip', 'location', 'prompt', 'promptTitle', 'error', 'errorTitle']);

export const xlsx: Format = {
  id: 'package',
  handles: (sniffed) => sniffed.id === 'xlsx',
  async read(source, job) {
    const strings = await sharedStrings(source, job);
    return readPackage(source, job, async (entry) =>
      /(?:^|\/)worksheets\/[^/]+\.xml$/i.test(entry.name) ? readSheet(source, entry, strings, job) : undefined,
    );
  },
};

/** Strings are only an index here; the part itself is emitted with the other parts, so unused ones count too. */
async function sharedStrings(source: Source, job: Job): Promise<string[]> {
  const strings: string[] = [];
  let size = 0;
  for (const entry of zipEntries(source.bytes)) {
    if (!/(?:^|\/)sharedStrings\.xml$/i.test(entry.name) || entry.encrypted) continue;
    for await (const item of elements(entry, 'si', job)) {
      const value = plain(item);
      size += value.length;
      if (size > job.budget.limits.characters) return strings;
      strings.push(value);
    }
  }
  return strings;
}

async function readSheet(source: Source, entry: ZipEntry, strings: readonly string[], job: Job): Promise<ScanOutcome> {
  const sheet = /([^/]+)\.xml$/i.exec(entry.name)?.[1] ?? 'sheet';
  const place = partPlace(source, sheet);
  const columns = createColumns(job, `${place}!`);
  // Headers, footers, links and validation lists stand around the rows.
  const around = createStripper({ lines: 'all', attributes: aroundAttributes, allowDoctype: false });
  let text = '';
  for await (const row of elements(entry, 'row', job, (markup) => {
    text += around.push(markup);
  })) {
    const cells = rowCells(row, strings);
    columns.row(cells);
    text += `${cells.join('\t')}\n`;
    if (text.length > 1 << 18) {
      job.emit({ place, text });
      text = text.slice(-400);
    }
  }
  job.emit({ place, text: text + around.end() });
  columns.end();
  return { status: 'complete' };
}

function rowCells(row: string, strings: readonly string[]): string[] {
  const cells: string[] = [];
  for (const { attributes, inner } of closedElements(row, 'c').found) {
    const column = columnIndex(/\sr="([A-Z]{1,3})\d*"/.exec(attributes)?.[1]) ?? cells.length;
    while (cells.length < column) cells.push('');
    const value = decodeReferences(/<(?:\w{1,20}:)?v(?:\s[^>]{0,200})?>([^<]*)</.exec(inner)?.[1] ?? '');
    cells.push(cellText(/\st="(\w{1,12})"/.exec(attributes)?.[1], value, inner, strings));
  }
  return cells;
}

function cellText(kind: string | undefined, value: string, content: string, strings: readonly string[]): string {
  const formula = decodeReferences(/<(?:\w{1,20}:)?f(?:\s[^>]{0,400})?>([^<]*)</.exec(content)?.[1] ?? '');
  if (kind === 's') return strings[Number(value)] ?? '';
  if (kind === 'inlineStr') return plain(content);
  const shown = kind === undefined || kind === 'n' ? plainNumber(value) : value;
  return formula === '' ? shown : `${shown} ${formula}`;
}

/** Numbers of 16 digits and more are stored with an exponent: 4.111111111111111E+15. */
export function plainNumber(value: string): string {
  const match = /^(-?)(\d)(?:\.(\d{1,20}))?E\+?(\d{1,2})$/i.exec(value);
  if (match === null) return value;
  const digits = (match[2] ?? '') + (match[3] ?? '');
  const length = Number(match[4]) + 1;
  return length > 30 || digits.length > length ? value : (match[1] ?? '') + digits.padEnd(length, '0');
}

function columnIndex(letters: string | undefined): number | undefined {
  if (letters === undefined) return undefined;
  const index = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return index < 16_384 ? index : undefined;
}

function plain(xml: string): string {
  const stripper = createStripper({ lines: new Set(), attributes: new Set(), allowDoctype: false });
  return (stripper.push(xml) + stripper.end()).trim();
}

type Elements = {
  readonly found: readonly { attributes: string; inner: string }[];
  readonly end: number;
  readonly outside: string;
};

/**
 * Finished `<tag>` elements of a slice, in one pass from end tag to end tag (a lazy regex would be quadratic on
 * unclosed tags). Empty ones count, since shared strings are numbered. `outside` is the markup between them.
 */
function closedElements(text: string, tag: string): Elements {
  const close = new RegExp(`</(?:\\w{1,20}:)?${tag}>`, 'g');
  const open = new RegExp(`<(?:\\w{1,20}:)?${tag}((?:\\s[^>]{0,2000})?)>|<(?:\\w{1,20}:)?${tag}/>`, 'g');
  const found: { attributes: string; inner: string }[] = [];
  let outside = '';
  let end = 0;
  for (const { 0: mark, index } of text.matchAll(close)) {
    const segment = text.slice(end, index);
    let inner = segment.length;
    let attributes = '';
    for (const match of segment.matchAll(open)) {
      if (inner === segment.length) outside += segment.slice(0, match.index);
      inner = match.index + match[0].length;
      attributes = match[1] ?? '';
      if (match[0].endsWith('/>')) found.push({ attributes, inner: '' });
    }
    found.push({ attributes, inner: segment.slice(inner) });
    end = index + mark.length;
  }
  return { found, end, outside };
}

/** Inner XML of each `<tag>` element, streamed; elements of that name do not nest in these parts. */
async function* elements(
  entry: ZipEntry,
  tag: string,
  job: Job,
  onOutside: (markup: string) => void = () => {},
): AsyncGenerator<string> {
  let rest = '';
  for await (const slice of decodedSlices(entry, job)) {
    rest += slice;
    if (rest.includes('<!DOCTYPE')) throw new MarkupError('document type declaration');
    if (!slice.includes('>')) continue;
    const { found, end, outside } = closedElements(rest, tag);
    for (const element of found) yield element.inner;
    onOutside(outside);
    rest = rest.slice(end);
    if (rest.length > MAX_ELEMENT) throw new MarkupError(`${tag} too long`);
  }
  onOutside(rest);
}
