// The sensitivity labels a file carries.
import type { LabelReading } from '@gatehouse/contracts/inspection';
import { cfbFormat } from './cfb-labels.ts';
import { odfFormat } from './odf-labels.ts';
import { ooxmlFormat } from './ooxml-labels.ts';
import { pdfFormat } from './pdf-labels.ts';
import { pfileFormat } from './pfile-labels.ts';

/** Decompresses raw DEFLATE (RFC 1951); bytes after its end are ignored. Throws when the output exceeds `maxBytes`. */
export type Inflate = (raw: Uint8Array, maxBytes: number) => Uint8Array;
export type ReadOptions = { readonly inflate: Inflate };

/** One file format: `read` throws when the file is broken; the reading is then `unreadable`. */
export type LabelFormat = {
  readonly name: string;
  matches(bytes: Uint8Array): boolean;
  read(bytes: Uint8Array, options: ReadOptions): LabelReading;
};

const formats: readonly LabelFormat[] = [odfFormat, ooxmlFormat, pdfFormat, cfbFormat, pfileFormat];
const maxFileBytes = 64 * 1024 * 1024;

/**
 * Reads the labels of an OOXML, ODF, PDF, OLE2 or .pfile document by its content, never by its name. Never throws: a
 * broken, encrypted or hostile file, or one over 64 MiB, is `unreadable`; a format without labels is `none`.
 */
export function readLabels(bytes: Uint8Array, options: ReadOptions): LabelReading {
  try {
    const format = formats.find((candidate) => candidate.matches(bytes));
    if (!format) return { state: 'none', labels: [] };
    if (bytes.length > maxFileBytes) return { state: 'unreadable', labels: [] };
    return format.read(bytes, options);
  } catch {
    // Whatever went wrong, it is one fact for the policy: these labels are not known.
    return { state: 'unreadable', labels: [] };
  }
}
