// Puts a sensitivity label on a file: the one entry point for writing.
import { xmpCarriers } from './image-labels.ts';
import { bitsOf, type Marks } from './marks.ts';
import { odfFormat } from './odf-labels.ts';
import { writeOdfLabel } from './odf-write.ts';
import { ooxmlFormat } from './ooxml-labels.ts';
import { documentTypes, PackageDraft, signatureType } from './ooxml-package.ts';
import { type LabelPlaces, writeOoxmlLabel } from './ooxml-write.ts';
import { PdfDocument } from './pdf-document.ts';
import { pdfFormat } from './pdf-labels.ts';
import { markPdf } from './pdf-marks.ts';
import { PdfUpdate } from './pdf-update.ts';
import { isSignedPdf, pdfLock, writePdfLabel } from './pdf-write.ts';
import { labelFormat, type ReadOptions, readLabels } from './read.ts';
import { joinPieces, type Piece, readWhole, type Source } from './source.ts';
import { type Kept, keepsLabel, type LabelRanks, type LabelStamp, stampProperties } from './stamp.ts';
import { markWord } from './word-marks.ts';
import { writeXmp } from './xmp.ts';
import { openZip, type ZipPackage } from './zip.ts';
import { patchZip } from './zip-patch.ts';

export type ApplyOptions = ReadOptions & {
  readonly ranks: LabelRanks;
  readonly places?: LabelPlaces /** To be seen in the document, where its format has a place for them. */;
  readonly marks?: Marks;
};

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
      return writeOoxml(source, stamp, options);
    case odfFormat:
      return writeOdf(source, stamp, options);
    case pdfFormat:
      return writePdf(source, stamp, options);
    default:
      return { type: 'unchanged', reason: 'noPlace' };
  }
}

function writeOoxml(source: Source, stamp: LabelStamp, options: ApplyOptions): Applied {
  const zip = openZip(source, options.inflate);
  if (!zip.has('[Content_Types].xml') || !isDocument(new PackageDraft(zip)))
    return { type: 'unchanged', reason: 'noPlace' };
  const { draft, contentBits } = markedDraft(zip, options.marks);
  writeOoxmlLabel(draft, { ...stamp, contentBits }, options.ranks, options.places);
  return { type: 'written', format: 'ooxml', pieces: patchZip(source, zip, draft.changed) };
}

function writeOdf(source: Source, stamp: LabelStamp, options: ApplyOptions): Applied {
  const zip = openZip(source, options.inflate);
  // An ODF signature covers meta.xml; an OOXML signature leaves the label's places out.
  if (zip.has('META-INF/documentsignatures.xml')) return { type: 'unchanged', reason: 'signed' };
  const draft = new PackageDraft(zip);
  writeOdfLabel(draft, { ...stamp, contentBits: 0 }, options.ranks);
  return { type: 'written', format: 'odf', pieces: patchZip(source, zip, draft.changed) };
}

const isDocument = (draft: PackageDraft) => draft.relations().some(({ type }) => documentTypes.includes(type));

/** Whether an Office package is signed: it may be labelled, but never marked. */
export function isSignedPackage(draft: PackageDraft): boolean {
  return draft.relations().some(({ type }) => type === signatureType);
}

/**
 * The document with its marks, and the bits that say which. A signed one is never marked: its signature would break. One
 * that cannot be marked is labelled all the same, from a draft that no half-done mark has touched.
 */
function markedDraft(zip: ZipPackage, marks: Marks | undefined): { draft: PackageDraft; contentBits: number } {
  const draft = new PackageDraft(zip);
  if (!marks || bitsOf(marks) === 0 || isSignedPackage(draft)) return { draft, contentBits: 0 };
  try {
    return { draft, contentBits: markWord(draft, marks) ? bitsOf(marks) : 0 };
  } catch {
    return { draft: new PackageDraft(zip), contentBits: 0 };
  }
}

function writePdf(source: Source, stamp: LabelStamp, options: ApplyOptions): Applied {
  const bytes = readWhole(source);
  const document = new PdfDocument(bytes, options.inflate);
  const lock = pdfLock(document);
  if (lock) return { type: 'unchanged', reason: lock === 'certified' ? 'certified' : 'unreadable' };
  const { update, contentBits } = markedUpdate(document, options.marks);
  writePdfLabel(document, update, { ...stamp, contentBits }, options.ranks);
  const pieces: Piece[] = [{ at: 0, length: source.size }, update.append(source.size)];
  return { type: 'written', format: 'pdf', pieces };
}

/** As for packages: no mark on what is signed, and none half done. */
function markedUpdate(document: PdfDocument, marks: Marks | undefined): { update: PdfUpdate; contentBits: number } {
  if (!marks || bitsOf(marks) === 0 || isSignedPdf(document))
    return { update: new PdfUpdate(document), contentBits: 0 };
  try {
    const update = new PdfUpdate(document);
    markPdf(document, update, marks);
    return { update, contentBits: bitsOf(marks) };
  } catch {
    return { update: new PdfUpdate(document), contentBits: 0 };
  }
}

/** For callers that want bytes at once. */
export function applied(source: Source, result: Applied): Uint8Array {
  return result.type === 'written' ? joinPieces(source, result.pieces) : source.read(0, source.size);
}
