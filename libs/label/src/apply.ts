// Puts a sensitivity label on a file: the one entry point for writing.
import { xmpCarriers } from './image-labels.ts';
import { odfFormat } from './odf-labels.ts';
import { writeOdfLabel } from './odf-write.ts';
import { ooxmlFormat } from './ooxml-labels.ts';
import { documentTypes, PackageDraft, signatureType } from './ooxml-package.ts';
import { type LabelPlaces, writeOoxmlLabel } from './ooxml-write.ts';
import { PdfDocument } from './pdf-document.ts';
import { pdfFormat } from './pdf-labels.ts';
import { PdfUpdate } from './pdf-update.ts';
import { isSignedPdf, pdfLock, writePdfLabel } from './pdf-write.ts';
import { labelFormat, type ReadOptions, readLabels } from './read.ts';
import { joinPieces, type Piece, readWhole, type Source } from './source.ts';
import { type Kept, keepsLabel, type LabelRanks, type LabelStamp, stampProperties } from './stamp.ts';
import { writeXmp } from './xmp.ts';
import { openZip } from './zip.ts';
import { patchZip } from './zip-patch.ts';

export type ApplyOptions = ReadOptions & { readonly ranks: LabelRanks; readonly places?: LabelPlaces };

/** Why the bytes stay as they are although the label would have been written. */
export type NotWritten = 'noPlace' | 'signed' | 'certified' | 'failed';
export type Applied =
  | { readonly type: 'written'; readonly format: string; readonly pieces: readonly Piece[] }
  | { readonly type: 'unchanged'; readonly reason: Kept | NotWritten };

/**
 * The file with the label in it, everything else byte-equal. `unchanged` says why nothing is written: the container
 * carries the label then. Never throws for what is in the file. (MS-OFFCRYPTO 2.6.3, ISO 32000-1, ODF 1.3)
 */
export function applyLabel(source: Source, stamp: LabelStamp, options: ApplyOptions): Applied {
  const kept = keepsLabel(readLabels(source, options), stamp, options.ranks);
  if (kept) return { type: 'unchanged', reason: kept };
  try {
    return write(source, stamp, options);
  } catch {
    // Whatever part of the file was not as it should be: the container carries the label.
    return { type: 'unchanged', reason: 'failed' };
  }
}

function write(source: Source, stamp: LabelStamp, options: ApplyOptions): Applied {
  const format = labelFormat(source);
  const image = xmpCarriers.find((carrier) => carrier === format);
  if (image) {
    const { packet, replace } = image.packet(source);
    const pieces = replace(writeXmp(packet, stampProperties(stamp), options.ranks.sites));
    return { type: 'written', format: image.name, pieces };
  }
  switch (format) {
    case ooxmlFormat:
      return writePackage(source, options, 'ooxml', (draft) => {
        writeOoxmlLabel(draft, stamp, options.ranks, options.places);
      });
    case odfFormat:
      return writePackage(source, options, 'odf', (draft) => writeOdfLabel(draft, stamp, options.ranks));
    case pdfFormat:
      return writePdf(source, stamp, options);
    default:
      return { type: 'unchanged', reason: 'noPlace' };
  }
}

function writePackage(
  source: Source,
  options: ApplyOptions,
  format: 'ooxml' | 'odf',
  change: (draft: PackageDraft) => void,
): Applied {
  const zip = openZip(source, options.inflate);
  const draft = new PackageDraft(zip);
  if (format === 'ooxml' && !(zip.has('[Content_Types].xml') && isDocument(draft)))
    return { type: 'unchanged', reason: 'noPlace' };
  // An ODF signature covers meta.xml; an OOXML signature leaves the label's places out.
  if (zip.has('META-INF/documentsignatures.xml')) return { type: 'unchanged', reason: 'signed' };
  change(draft);
  return { type: 'written', format, pieces: patchZip(source, zip, draft.changed) };
}

const isDocument = (draft: PackageDraft) => draft.relations().some(({ type }) => documentTypes.includes(type));

/** Whether an Office package is signed: it may be labelled, but never marked. */
export function isSignedPackage(draft: PackageDraft): boolean {
  return draft.relations().some(({ type }) => type === signatureType);
}

function writePdf(source: Source, stamp: LabelStamp, options: ApplyOptions): Applied {
  const bytes = readWhole(source);
  const document = new PdfDocument(bytes, options.inflate);
  const lock = pdfLock(document);
  if (lock) return { type: 'unchanged', reason: lock === 'certified' ? 'certified' : 'unreadable' };
  const update = new PdfUpdate(document);
  writePdfLabel(
    document,
    update,
    { ...stamp, contentBits: isSignedPdf(document) ? 0 : stamp.contentBits },
    options.ranks,
  );
  const pieces: Piece[] = [{ at: 0, length: source.size }, update.append(source.size)];
  return { type: 'written', format: 'pdf', pieces };
}

/** For callers that want bytes at once. */
export function applied(source: Source, result: Applied): Uint8Array {
  return result.type === 'written' ? joinPieces(source, result.pieces) : source.read(0, source.size);
}
