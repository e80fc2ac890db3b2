// Marks on PDF pages, judged by PDFium: their text is there, upright, and the page's own text has not changed.
import type { PDFiumLibrary } from '@hyzyla/pdfium';
import { beforeAll, describe, expect, it } from 'vitest';
import { classicPdf, streamBody } from './pdf.ts';
import { ids, loadPdfium, mark, marks, stamp, textsOf } from './pdf-marks.ts';

let library: PDFiumLibrary;
const texts = (bytes: Uint8Array) => textsOf(library, bytes);

beforeAll(async () => {
  library = await loadPdfium();
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
