// PDF marks as tests need them: written by the library, read by PDFium.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { inflateRawSync } from 'node:zlib';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { applied, applyLabel } from '../src/apply.ts';
import { bytesSource } from '../src/source.ts';

const site = 'aaaaaaaa-0000-4000-8000-000000000001';
export const stamp = {
  ...{ id: '22222222-0000-4000-8000-000000000002', siteId: site, name: 'Secret', priority: 20, contentBits: 0 },
  ...{ setDate: '2026-01-02T03:04:05Z', actionId: '44444444-0000-4000-8000-000000000004' },
};
export const ids = ['22222222-0000-4000-8000-000000000002', '33333333-0000-4000-8000-000000000003'];
const ranks = { sites: new Set([site]), priorities: new Map(ids.map((id, i) => [id, 20 + i])) };
const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });
export const marks = { header: 'HEADER (one)', footer: 'FOOTER', watermark: 'WATERMARK' };

export async function loadPdfium(): Promise<PDFiumLibrary> {
  const wasm = await readFile(createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm'));
  return PDFiumLibrary.init({ wasmBinary: Uint8Array.from(wasm).buffer });
}

export function mark(bytes: Uint8Array, label = stamp, shown = marks): Uint8Array {
  const source = bytesSource(bytes);
  return applied(source, applyLabel(source, label, { inflate, ranks, marks: shown }));
}

/** The text of each page. */
export async function textsOf(library: PDFiumLibrary, bytes: Uint8Array): Promise<string[]> {
  const document = await library.loadDocument(bytes);
  const found = [...document.pages()].map((page) => page.getText());
  document.destroy();
  return found;
}
