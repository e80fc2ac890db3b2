// PDF text by PDFium (wasm), page by page, plus document information and annotations' texts.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { PdfText } from '@gatehouse/content/format';
import { type PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium';

/** The package keeps these to itself, but has no call for metadata and never closes a page. */
type Internals = {
  readonly module: {
    readonly HEAPU8: Uint8Array;
    readonly wasmExports: { malloc(size: number): number; free(pointer: number): void };
    _FPDF_ClosePage(page: number): void;
    _FPDF_GetMetaText(document: number, tag: number, buffer: number, length: number): number;
    _FPDFPage_GetAnnotCount(page: number): number;
    _FPDFPage_GetAnnot(page: number, index: number): number;
    _FPDFPage_CloseAnnot(annotation: number): void;
    _FPDFAnnot_GetStringValue(annotation: number, key: number, buffer: number, length: number): number;
    _FPDFDoc_GetAttachmentCount(document: number): number;
  };
  readonly documentIdx: number;
};

const BUFFER = 65_536;
/** Comment text, form values and their defaults, tool tips, field names. */
const annotationKeys = ['Contents', 'V', 'DV', 'TU', 'T', 'RC'];
const MAX_ANNOTATIONS = 5_000;
const metadata = ['Title', 'Author', 'Subject', 'Keywords', 'Creator', 'Producer'];
let library: Promise<PDFiumLibrary> | undefined;

/** See {@link PdfText}: the empty password is tried first, as readers do. */
export const pdfText: PdfText = async (bytes, onText) => {
  const pdfium = await loadPdfium();
  let document: PDFiumDocument;
  try {
    document = await pdfium.loadDocument(bytes);
  } catch (error) {
    return error instanceof Error && /password|security/i.test(error.message) ? 'encrypted' : 'corrupt';
  }
  try {
    const broken = readPages(document, onText);
    onText('metadata', readMetadata(document));
    if (broken) return 'corrupt';
    const { module, documentIdx } = document as unknown as Internals;
    return module._FPDFDoc_GetAttachmentCount(documentIdx) > 0 ? 'partly' : 'read';
  } finally {
    document.destroy();
  }
};

/** Loads the wasm module once per thread. */
export function loadPdfium(): Promise<PDFiumLibrary> {
  library ??= load();
  return library;
}

/** A bundle carries the wasm file beside itself; from source it lies in the package. */
async function load(): Promise<PDFiumLibrary> {
  const beside = fileURLToPath(new URL('./pdfium.wasm', import.meta.url));
  const path = existsSync(beside) ? beside : createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm');
  const wasm = await readFile(path);
  return PDFiumLibrary.init({ wasmBinary: Uint8Array.from(wasm).buffer });
}

/** True if a page could not be read; the others are. */
function readPages(document: PDFiumDocument, onText: (place: string, text: string) => void): boolean {
  const { module } = document as unknown as Internals;
  const count = document.getPageCount();
  let broken = count === 0;
  for (let index = 0; index < count; index++) {
    const page = document.getPage(index);
    const { pageIdx } = page as unknown as { readonly pageIdx: number };
    let text: string | undefined;
    try {
      text = pageIdx === 0 ? undefined : `${joinLines(page.getText())}${readAnnotations(module, pageIdx)}`;
    } catch {
      text = undefined;
    } finally {
      if (pageIdx !== 0) module._FPDF_ClosePage(pageIdx);
    }
    broken ||= text === undefined;
    onText(`page ${index + 1}`, text ?? '');
  }
  return broken;
}

function readAnnotations(module: Internals['module'], page: number): string {
  const count = Math.min(module._FPDFPage_GetAnnotCount(page), MAX_ANNOTATIONS);
  if (count <= 0) return '';
  return withStrings(module, (read) => {
    const values: string[] = [];
    for (let index = 0; index < count; index++) {
      const annotation = module._FPDFPage_GetAnnot(page, index);
      if (annotation === 0) continue;
      for (const key of annotationKeys)
        values.push(read(key, (tag, buffer) => module._FPDFAnnot_GetStringValue(annotation, tag, buffer, BUFFER)));
      module._FPDFPage_CloseAnnot(annotation);
    }
    return values
      .filter((value) => value !== '')
      .map((value) => `\n${value}`)
      .join('');
  });
}

/** PDFium marks a hyphenated line break with U+0002; a value broken there must join again. */
function joinLines(text: string): string {
  return text.replaceAll('\u0002\r\n', '-').replaceAll('\u0002', '-').replaceAll('\ufffe', '-');
}

function readMetadata(document: PDFiumDocument): string {
  const { module, documentIdx } = document as unknown as Internals;
  return withStrings(module, (read) =>
    metadata
      .map((name) => read(name, (tag, buffer) => module._FPDF_GetMetaText(documentIdx, tag, buffer, BUFFER)))
      .filter((value) => value !== '')
      .join('\n'),
  );
}

type ReadString = (key: string, call: (tag: number, buffer: number) => number) => string;

/** Lends memory of the wasm module for calls that fill a UTF-16 buffer and answer its length in bytes. */
function withStrings(module: Internals['module'], use: (read: ReadString) => string): string {
  const buffer = module.wasmExports.malloc(BUFFER + 64);
  const tag = buffer + BUFFER;
  try {
    return use((key, call) => {
      module.HEAPU8.set(new TextEncoder().encode(`${key}\0`), tag);
      const length = call(tag, buffer);
      return length <= 2 || length > BUFFER ? '' : utf16(module.HEAPU8.slice(buffer, buffer + length - 2));
    });
  } finally {
    module.wasmExports.free(buffer);
  }
}

function utf16(bytes: Uint8Array): string {
  return new TextDecoder('utf-16le').decode(bytes);
}
