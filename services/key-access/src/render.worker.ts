// Thread entry: holds one opened file and draws its pages when asked; the content ends with the thread.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';
import { type PDFiumDocument, PDFiumLibrary } from '@hyzyla/pdfium';
import { type Bitmap, burn, png } from './page-image.ts';
import { imagePdf, textPdf, watermarkPdf } from './page-pdf.ts';

export type RenderTask =
  | { readonly type: 'open'; readonly bytes: ArrayBuffer }
  | { readonly type: 'page'; readonly number: number; readonly mark: string };
export type RenderAnswer =
  | { readonly type: 'opened'; readonly pages: number }
  | { readonly type: 'page'; readonly png: Uint8Array }
  | { readonly type: 'unsupported' };

const port = parentPort;
if (port === null) throw new Error('render.worker runs as a worker thread only');
const maxSide = 2000;
const targetWidth = 1100;
let library: PDFiumLibrary;
let opened: PDFiumDocument | undefined;

/** A bundle carries the wasm file beside itself; from source it lies in the package. */
async function load(): Promise<PDFiumLibrary> {
  const beside = fileURLToPath(new URL('./pdfium.wasm', import.meta.url));
  const path = existsSync(beside) ? beside : createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm');
  return PDFiumLibrary.init({ wasmBinary: Uint8Array.from(await readFile(path)).buffer });
}

/** The file as PDF, by its content; undefined when it is of no kind we draw. */
function asPdf(bytes: Buffer): Uint8Array | undefined {
  const head = bytes.toString('latin1', 0, 8);
  if (head.startsWith('%PDF-')) return bytes;
  if (head.startsWith('\u00ff\u00d8\u00ff') || head.startsWith('\u0089PNG')) return imagePdf(bytes);
  if (bytes.includes(0) || bytes.length > 4 * 1024 * 1024) return undefined;
  try {
    return textPdf(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

async function bitmap(document: PDFiumDocument, index: number, width?: number): Promise<Bitmap> {
  const page = document.getPage(index);
  const { originalWidth, originalHeight } = page.getOriginalSize();
  const scale = Math.min((width ?? targetWidth) / originalWidth, maxSide / Math.max(originalWidth, originalHeight));
  // `render` as a function takes the raw pixels.
  return page.render({ scale, render: async ({ data }) => Uint8Array.from(data) });
}

async function drawPage(number: number, mark: string): Promise<RenderAnswer> {
  if (!opened || number < 1 || number > opened.getPageCount()) return { type: 'unsupported' };
  const page = await bitmap(opened, number - 1);
  const size = { width: page.width, height: page.height };
  const overlay = await library.loadDocument(watermarkPdf(mark, size));
  try {
    const over = await bitmap(overlay, 0, page.width);
    return { type: 'page', png: png(burn(page, over), page.width, page.height) };
  } finally {
    overlay.destroy();
  }
}

async function handle(task: RenderTask): Promise<RenderAnswer> {
  if (task.type === 'page') return drawPage(task.number, task.mark);
  const pdf = asPdf(Buffer.from(task.bytes));
  if (!pdf) return { type: 'unsupported' };
  opened = await library.loadDocument(pdf);
  return { type: 'opened', pages: opened.getPageCount() };
}

library = await load();
port.on('message', async (task: RenderTask) => {
  const answer = await handle(task).catch((): RenderAnswer => ({ type: 'unsupported' }));
  port.postMessage(answer);
});
