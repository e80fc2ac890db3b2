// Marks on PDF pages, judged by PDFium: their text is there, upright, and the page's own text has not changed.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { PDFiumLibrary } from '@hyzyla/pdfium';
import { beforeAll, describe, expect, it } from 'vitest';
import { applied, applyLabel } from '../src/apply.ts';
import { bytesSource } from '../src/source.ts';
import { classicPdf, streamBody } from './pdf.ts';

const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const stamp = {
  ...{ id: '22222222-0000-4000-8000-000000000002', siteId: site, name: 'Secret', priority: 20, contentBits: 0 },
  ...{ setDate: '2026-01-02T03:04:05Z', actionId: '44444444-0000-4000-8000-000000000004' },
};
const ids = ['22222222-0000-4000-8000-000000000002', '33333333-0000-4000-8000-000000000003'];
const ranks = { sites: new Set([site]), priorities: new Map(ids.map((id, i) => [id, 20 + i])) };
const inflate = (raw: Uint8Array, maxBytes: number) => inflateRawSync(raw, { maxOutputLength: maxBytes });
const marks = { header: 'HEADER (one)', footer: 'FOOTER', watermark: 'WATERMARK' };
let library: PDFiumLibrary;

beforeAll(async () => {
  const wasm = await readFile(createRequire(import.meta.url).resolve('@hyzyla/pdfium/pdfium.wasm'));
  library = await PDFiumLibrary.init({ wasmBinary: Uint8Array.from(wasm).buffer });
});

function file(page: string, more = ''): Uint8Array {
  const font = '/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>';
  return classicPdf(
    [
      `<< /Type /Catalog /Pages 2 0 R ${more} >>`,
      `<< /Type /Pages /Kids [3 0 R 5 0 R] /Count 2 /MediaBox [0 0 600 800] /Resources << ${font} >> >>`,
      `<< /Type /Page /Parent 2 0 R /Contents 4 0 R ${page} >>`,
      // Its state is left changed on purpose: the marks must not follow it.
      streamBody('0.1 0 0 0.1 5000 5000 cm BT /F 400 Tf 10 10 Td (BODY) Tj ET'),
      '<< /Type /Page /Parent 2 0 R >>',
    ],
    '/Root 1 0 R',
  );
}

function mark(bytes: Uint8Array, label = stamp, shown = marks): Uint8Array {
  const source = bytesSource(bytes);
  return applied(source, applyLabel(source, label, { inflate, ranks, marks: shown }));
}

async function texts(bytes: Uint8Array): Promise<string[]> {
  const document = await library.loadDocument(bytes);
  const found = [...document.pages()].map((page) => page.getText());
  document.destroy();
  return found;
}

/** Rows and columns that are not white. */
async function inkRows(bytes: Uint8Array): Promise<{ top: boolean; bottom: boolean }> {
  const document = await library.loadDocument(bytes);
  const { width, height, data } = await document
    .getPage(0)
    .render({ scale: 1, render: async ({ data: raw }) => Uint8Array.from(raw) });
  document.destroy();
  const inked = (from: number, to: number) => {
    for (let y = from; y < to; y++)
      for (let x = Math.round(width * 0.4); x < width * 0.6; x++)
        if ((data[(y * width + x) * 4] ?? 255) < 160) return true;
    return false;
  };
  return { top: inked(8, 24), bottom: inked(height - 24, height - 8) };
}

describe('PDF marks', () => {
  it('are on every page beside its own text', async () => {
    const [first = '', second = ''] = await texts(mark(file('')));
    for (const text of [first, second])
      for (const word of ['HEADER (one)', 'FOOTER', 'WATERMARK']) expect(text).toContain(word);
    expect(first).toContain('BODY');
  });
  it.each([
    '',
    '/Rotate 90',
    '/Rotate 180',
    '/Rotate 270',
    '/CropBox [100 200 500 700]',
    '/Rotate 90 /CropBox [100 200 500 700]',
  ])('stand at the top and bottom that is seen (%s)', async (page) => {
    expect(await inkRows(file(page))).toEqual({ top: false, bottom: false });
    expect(await inkRows(mark(file(page)))).toEqual({ top: true, bottom: true });
  });
  it.each([
    ['a small page', '/MediaBox [0 0 250 320]', 'WATERMARK'],
    ['a long mark in capitals', '', 'CONFIDENTIAL KIM@ACME.EXAMPLE 2026-01-02 03:04 UTC'],
    ['a wide page', '/MediaBox [0 0 900 200]', 'SECRET'],
  ])('keep the watermark inside %s', async (_, page, watermark) => {
    const document = await library.loadDocument(mark(file(page), stamp, { ...marks, watermark }));
    const render = async ({ data: raw }: { data: Uint8Array }) => Uint8Array.from(raw);
    const { width, height, data } = await document.getPage(0).render({ scale: 1, render });
    document.destroy();
    const inked = (x: number, y: number) => (data[(y * width + x) * 4] ?? 255) < 250;
    const columns = Array.from({ length: height }, (_unused, y) => inked(1, y) || inked(width - 2, y));
    const rows = Array.from({ length: width }, (_unused, x) => inked(x, 1) || inked(x, height - 2));
    expect([...columns, ...rows].some(Boolean)).toBe(false);
  });
  it('are replaced, not added', async () => {
    const twice = mark(mark(file('')), { ...stamp, id: ids[1] ?? '', priority: 21 });
    const [first = ''] = await texts(twice);
    expect(first.match(/FOOTER/g)).toHaveLength(1);
  });
  it('state themselves, and stay off signed files', () => {
    expect(Buffer.from(mark(file(''))).toString('latin1')).toContain('_ContentBits (7)');
    const signed = Buffer.from(mark(file('', '/AcroForm << /SigFlags 3 >>'))).toString('latin1');
    expect(signed).toContain('_ContentBits (0)');
    expect(signed).not.toContain('WATERMARK');
  });
  it('leave a file with a broken page tree to its label alone', () => {
    const looping = classicPdf(
      ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R] /Count 1 >>'],
      '/Root 1 0 R',
    );
    const text = Buffer.from(mark(looping)).toString('latin1');
    expect(text).toContain('_ContentBits (0)');
    expect(text).not.toContain('GatehouseMark');
  });
});

const documents = join(process.env.GATEHOUSE_DATA ?? '', 'dlp/documents');
const missing = !process.env.GATEHOUSE_DATA || !existsSync(documents);
if (missing) console.warn('GATEHOUSE_DATA is not set: marks on real PDFs were not checked');

it.skipIf(missing)('real PDFs show every mark on every page and keep their own text', async () => {
  const entries = readdirSync(documents, { recursive: true, withFileTypes: true });
  // One word each: where a file asks for right-to-left, PDFium turns brackets and word order round.
  const words = { header: 'HEADER', footer: 'FOOTER', watermark: 'WATERMARK' };
  const bare = (text: string) => text.replace(/HEADER|FOOTER|WATERMARK|\s+/g, '');
  let marked = 0;
  for (const entry of entries.filter(({ name }) => name.endsWith('.pdf'))) {
    const before = new Uint8Array(readFileSync(join(entry.parentPath, entry.name)));
    const after = mark(before, stamp, words);
    if (!Buffer.from(after).includes('_ContentBits (7)')) continue;
    marked++;
    const [old, now] = [await texts(before), await texts(after)];
    expect(now.map(bare), entry.name).toEqual(old.map(bare));
    for (const text of now) for (const word of Object.values(words)) expect(text, entry.name).toContain(word);
  }
  console.info(`marked ${marked} real PDFs`);
  expect(marked).toBeGreaterThan(20);
});
