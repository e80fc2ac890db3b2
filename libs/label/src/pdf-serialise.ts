// PDF values as text (ISO 32000-1, 7.3).
import { isDictionary, isKind, type PdfValue } from './pdf-syntax.ts';

const hex = (byte: number) => byte.toString(16).padStart(2, '0').toUpperCase();

export function pdfName(text: string): string {
  return `/${Array.from(text, (c) => (/[!-~]/.test(c) && !/[#()<>[\]{}/%]/.test(c) ? c : `#${hex(c.charCodeAt(0))}`)).join('')}`;
}

/** A text string: ASCII as it is, else UTF-16BE with its mark (7.9.2). */
export function pdfTextString(text: string): string {
  if (/^[ -~]*$/.test(text)) return `(${text.replace(/[\\()]/g, (c) => `\\${c}`)})`;
  const units = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  return `<FEFF${units.map((unit) => hex(unit >> 8) + hex(unit & 0xff)).join('')}>`;
}

/** Any value; strings are written as hexadecimal, which means the same bytes. */
export function serialisePdf(value: PdfValue): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(6);
  if (isDictionary(value)) {
    return `<< ${[...value].map(([key, item]) => `${pdfName(key)} ${serialisePdf(item)}`).join(' ')} >>`;
  }
  if (isKind(value, 'reference')) return `${value.number} ${value.generation} R`;
  if (isKind(value, 'name')) return pdfName(value.text);
  if (isKind(value, 'string')) return `<${Array.from(value.bytes, hex).join('')}>`;
  return 'kind' in value ? value.text : `[${value.map(serialisePdf).join(' ')}]`;
}
