// Comma, semicolon or tab separated values (RFC 4180 with the usual liberties).
import { decodeText } from '../charset.ts';
import type { Format } from '../format.ts';
import { createColumns } from './table.ts';

export const csv: Format = {
  id: 'csv',
  handles: (sniffed) => sniffed.id === 'csv',
  async read(source, job) {
    const text = decodeText(source.bytes);
    job.emit({ place: source.place, text });
    const columns = createColumns(job, source.place === '' ? 'column ' : `${source.place}/column `);
    for (const row of csvRows(text)) columns.row(row);
    columns.end();
    return { status: 'complete' };
  },
};

/** Rows of cells; quotes are taken off, doubled quotes become one. The separator is the header's most frequent. */
export function* csvRows(text: string): Generator<string[]> {
  const header = text.slice(0, text.indexOf('\n') >>> 0).slice(0, 65_536);
  const separators = [',', ';', '\t', '|'] as const;
  const separator = separators.reduce((best, next) => (count(header, next) > count(header, best) ? next : best));
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let end: number;
    if (text[at] === '"') {
      end = quotedEnd(text, at + 1);
      row.push(text.slice(at + 1, end).replaceAll('""', '"'));
      end++;
    } else {
      end = plainEnd(text, at, separator);
      row.push(text.slice(at, end));
    }
    if (text[end] === separator) at = end + 1;
    else {
      yield row;
      row = [];
      at = lineStart(text, end);
    }
  }
  if (row.length > 0) yield row;
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function quotedEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at + 2)) if (text[at + 1] !== '"') return at;
  return text.length;
}

function plainEnd(text: string, from: number, separator: string): number {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
  return at;
}

function lineStart(text: string, from: number): number {
  const line = text.indexOf('\n', from);
  return line < 0 ? (text.indexOf('\r', from) < 0 ? text.length : text.indexOf('\r', from) + 1) : line + 1;
}
