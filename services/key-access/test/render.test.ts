// Drawing of strangers' files: what is shown carries the mark, what is hostile ends with its thread.
import { deflateSync, inflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { burn, png } from '../src/page-image.ts';
import { imagePdf, textPdf } from '../src/page-pdf.ts';
import { ViewStore } from '../src/view.store.ts';

const access = { type: 'wrapped' as const, url: '', protocol: 'kas', wrappedKey: '', policyBinding: '' };
const views = new ViewStore(2);
afterAll(() => views.stop());
const open = (bytes: Uint8Array) => views.open({ user: 'kim', access, policy: '' }, Uint8Array.from(bytes).buffer);

/** Pixels of one of our own PNGs. */
function pixels(file: Uint8Array): { width: number; height: number; rgb: Buffer } {
  const bytes = Buffer.from(file);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const rows = inflateSync(bytes.subarray(41, 41 + bytes.readUInt32BE(33)));
  const rgb = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) rows.copy(rgb, y * width * 3, y * (width * 3 + 1) + 1, (y + 1) * (width * 3 + 1));
  return { width, height, rgb };
}

const shares = (rgb: Buffer) => rgb.filter((value) => value < 250).length / rgb.length;

function pngFile(type: number, pixel: readonly number[], side = 40): Buffer {
  const row = Buffer.concat([Buffer.from([0]), ...Array.from({ length: side }, () => Buffer.from(pixel))]);
  const file = png(Buffer.alloc(side * side * 3), side, side);
  const data = deflateSync(Buffer.concat(Array.from({ length: side }, () => row)));
  const header = Buffer.from(file.subarray(0, 33));
  header[25] = type;
  const chunk = Buffer.alloc(data.length + 12);
  chunk.writeUInt32BE(data.length);
  chunk.write('IDAT', 4, 'latin1');
  chunk.set(data, 8);
  return Buffer.concat([header, chunk, file.subarray(-12)]);
}

describe('pages', () => {
  it('of a text carry the mark on every page', async () => {
    const view = await open(Buffer.from('secret\n'.repeat(100)));
    if (typeof view === 'string') throw new Error(view);
    expect(view.pages).toBe(2);
    for (const number of [1, 2]) {
      const [one, other] = [
        await views.page(view.id, number, 'kim@acme.example'),
        await views.page(view.id, number, 'l'),
      ];
      const [a, b] = [pixels(one ?? new Uint8Array()), pixels(other ?? new Uint8Array())];
      expect(a.width).toBeGreaterThan(1000);
      expect(shares(a.rgb)).toBeGreaterThan(shares(b.rgb) * 1.2);
    }
    expect(views.find(view.id, 'another')).toBeUndefined();
    views.close(view.id);
  });
  it.each([
    ['colour', pngFile(2, [200, 30, 30])],
    ['grey', pngFile(0, [90])],
    ['transparent', pngFile(6, [200, 30, 30, 0])],
  ])('of a %s PNG', async (kind, file) => {
    const view = await open(file);
    if (typeof view === 'string') throw new Error(view);
    const { width, rgb } = pixels((await views.page(view.id, 1, 'x')) ?? new Uint8Array());
    const middle = rgb.subarray((width * 500 + 500) * 3, (width * 500 + 500) * 3 + 3);
    if (kind === 'transparent') expect(middle[0]).toBeGreaterThan(100);
    else expect(middle[2]).toBeLessThan(140);
    views.close(view.id);
  });
});

describe('attack: hostile files in the viewer', () => {
  it.each([
    ['broken PDF', Buffer.from('%PDF-1.7\n%%EOF')],
    [
      'PDF with a loop of pages',
      Buffer.from('%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF'),
    ],
    ['JPEG without a frame', Buffer.from('ffd8ffe00010', 'hex')],
    [
      'PNG of a billion pixels',
      (() => {
        const file = pngFile(6, [1, 2, 3, 4]);
        file.writeUInt32BE(19_999, 16);
        file.writeUInt32BE(19_999, 20);
        return file;
      })(),
    ],
    [
      'PNG that inflates too far',
      (() => {
        const file = pngFile(6, [0, 0, 0, 0], 200);
        file.writeUInt32BE(1, 16);
        return file;
      })(),
    ],
    ['program', Buffer.from('MZ\0\0\0')],
  ])('%s is not shown, and the next file is', async (_, bytes) => {
    const hostile = await open(bytes);
    // PDFium repairs what it can; what it makes of it ends with its thread.
    if (typeof hostile !== 'string') views.close(hostile.id);
    else expect(hostile).toBe('unsupported');
    const view = await open(Buffer.from('fine'));
    if (typeof view === 'string') throw new Error(view);
    views.close(view.id);
  });
  it('more files than places are refused, not queued', async () => {
    const [a, b, c] = await Promise.all([open(Buffer.from('a')), open(Buffer.from('b')), open(Buffer.from('c'))]);
    expect(c).toBe('busy');
    for (const view of [a, b]) if (typeof view !== 'string') views.close(view.id);
  });
  it('PDF operators in a text stay text', () => {
    const file = Buffer.from(textPdf(') Tj ET /Evil Do BT (\\')).toString('latin1');
    expect(file).toContain('\\) Tj ET /Evil Do BT \\(\\\\');
  });
});

it('burns the mark into light and dark ground', () => {
  const page = { width: 2, height: 1, data: Uint8Array.from([255, 255, 255, 255, 0, 0, 0, 255]) };
  const mark = { width: 2, height: 1, data: Uint8Array.from([180, 180, 180, 255, 180, 180, 180, 255]) };
  expect([...burn(page, mark)]).toEqual([180, 180, 180, 75, 75, 75]);
  expect(imagePdf(Buffer.from('nothing'))).toBeUndefined();
});
