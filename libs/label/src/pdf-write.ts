// Writes a label into a PDF's Info dictionary and XMP packet by an incremental update.
import { latin1 } from './bytes.ts';
import { corrupt } from './label-error.ts';
import { type Property, propertiesOfSites } from './msip.ts';
import type { PdfDocument } from './pdf-document.ts';
import { pdfName, pdfTextString, serialisePdf } from './pdf-serialise.ts';
import { isDictionary, isKind, type PdfDictionary, type PdfReference, pdfText } from './pdf-syntax.ts';
import type { PdfUpdate } from './pdf-update.ts';
import { type LabelRanks, type LabelStamp, stampProperties } from './stamp.ts';
import { writeXmp } from './xmp.ts';

/** Why a PDF's bytes may not be changed at all. */
export function pdfLock(document: PdfDocument): 'encrypted' | 'certified' | undefined {
  if (document.trailer.has('Encrypt')) return 'encrypted';
  return certification(document) === 1 ? 'certified' : undefined;
}

/** The access permission of a certifying signature (12.8.2.2): 1 allows no change. */
function certification(document: PdfDocument): number | undefined {
  const permissions = document.dictionary(catalogOf(document).dictionary.get('Perms'));
  const signature = document.dictionary(permissions?.get('DocMDP'));
  if (!signature) return undefined;
  const references = document.resolve(signature.get('Reference'));
  const first = Array.isArray(references) ? document.dictionary(references[0]) : undefined;
  const level = document.resolve(document.dictionary(first?.get('TransformParams'))?.get('P'));
  // Without the entry the specification says 2; what cannot be read at all forbids.
  return typeof level === 'number' ? level : first ? 2 : 1;
}

/** Whether the file has signatures: it may be labelled then, but never marked. */
export function isSignedPdf(document: PdfDocument): boolean {
  const { dictionary } = catalogOf(document);
  const flags = document.resolve(document.dictionary(dictionary.get('AcroForm'))?.get('SigFlags'));
  return dictionary.has('Perms') || (typeof flags === 'number' && (flags & 1) === 1);
}

export function catalogOf(document: PdfDocument): { reference: PdfReference; dictionary: PdfDictionary } {
  const reference = document.trailer.get('Root');
  const dictionary = document.dictionary(reference);
  return isKind(reference, 'reference') && dictionary ? { reference, dictionary } : corrupt('PDF catalog');
}

/** Adds new versions of Info, XMP and, where XMP is new, of the catalog. */
export function writePdfLabel(document: PdfDocument, update: PdfUpdate, stamp: LabelStamp, ranks: LabelRanks): void {
  const properties = stampProperties(stamp);
  writeInfo(document, update, properties, ranks);
  writeMetadata(document, update, properties, ranks);
}

function writeInfo(document: PdfDocument, update: PdfUpdate, properties: readonly Property[], ranks: LabelRanks): void {
  const old = document.trailer.get('Info');
  const current = document.dictionary(old) ?? new Map();
  const known = [...current].flatMap(([name, raw]) => {
    const value = document.resolve(raw);
    return isKind(value, 'string') ? [{ name, value: pdfText(value.bytes) }] : [];
  });
  const removed = propertiesOfSites(known, ranks.sites);
  const kept = [...current].filter(([name]) => !removed.has(name));
  const rows = [
    ...kept.map(([name, value]) => `${pdfName(name)} ${serialisePdf(value)}`),
    ...properties.map(({ name, value }) => `${pdfName(name)} ${pdfTextString(value)}`),
  ];
  const reference = isKind(old, 'reference') ? old : update.reserve();
  update.put(reference, `<< ${rows.join(' ')} >>`);
  update.info = reference;
}

function writeMetadata(
  document: PdfDocument,
  update: PdfUpdate,
  properties: readonly Property[],
  ranks: LabelRanks,
): void {
  const catalog = catalogOf(document);
  const old = catalog.dictionary.get('Metadata');
  const packet = old === undefined ? undefined : (document.stream(old) ?? corrupt('PDF metadata'));
  const reference = isKind(old, 'reference') ? old : update.reserve();
  update.putStream(reference, '/Type /Metadata /Subtype /XML', writeXmp(packet, properties, ranks.sites));
  if (old !== undefined) return;
  // The catalog keeps its text; only the new key is put in front.
  const text = latin1(document.raw(catalog.reference));
  if (!text.startsWith('<<') || !isDictionary(catalog.dictionary)) corrupt('PDF catalog');
  update.put(catalog.reference, `<< /Metadata ${serialisePdf(reference)} ${text.slice(2)}`);
}
