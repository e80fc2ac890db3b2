// The sensitivity labels a file carries.
import type { LabelReading } from '@gatehouse/contracts/inspection';
import { cfbFormat } from './cfb-labels.ts';
import { imageFormats } from './image-labels.ts';
import { mailFormat } from './mail-labels.ts';
import { odfFormat } from './odf-labels.ts';
import { ooxmlFormat } from './ooxml-labels.ts';
import { pdfFormat } from './pdf-labels.ts';
import { pfileFormat } from './pfile-labels.ts';
import { type Source, toSource } from './source.ts';
import { tdfFormat, tdfHtmlFormat } from './tdf-labels.ts';

/** Decompresses raw DEFLATE (RFC 1951); bytes after its end are ignored. Throws when the output exceeds `maxBytes`. */
export type Inflate = (raw: Uint8Array, maxBytes: number) => Uint8Array;
export type ReadOptions = { readonly inflate: Inflate };

/** One file format: `read` throws when the file is broken; the reading is then `unreadable`. */
export type LabelFormat = {
  readonly name: string;
  /** By the first 4 KiB of the file. */
  matches(head: Uint8Array): boolean;
  read(source: Source, options: ReadOptions): LabelReading;
};

const formats: readonly LabelFormat[] = [
  odfFormat,
  tdfFormat,
  ooxmlFormat,
  pdfFormat,
  cfbFormat,
  pfileFormat,
  ...imageFormats,
  tdfHtmlFormat,
  mailFormat,
];
const headBytes = 4096;

/** The format of a file by its first bytes. */
export function labelFormat(source: Source): LabelFormat | undefined {
  const head = source.read(0, Math.min(headBytes, source.size));
  return formats.find((candidate) => candidate.matches(head));
}

/**
 * Reads the labels of an OOXML, ODF, PDF, OLE2, .pfile, TDF, JPEG, PNG, TIFF or mail file by its content, never by its
 * name. Never throws: a broken, encrypted or hostile file is `unreadable`, so is one over 64 MiB of a format that is read
 * as a whole; a format without labels is `none`.
 */
export function readLabels(input: Uint8Array | Source, options: ReadOptions): LabelReading {
  try {
    const source = toSource(input);
    return labelFormat(source)?.read(source, options) ?? { state: 'none', labels: [] };
  } catch {
    // Whatever went wrong, it is one fact for the policy: these labels are not known.
    return { state: 'unreadable', labels: [] };
  }
}
