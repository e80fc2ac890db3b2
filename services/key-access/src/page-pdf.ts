// Small PDFs made for PDFium to draw: text as pages, an image as a page, the watermark of a page.
import { inflateSync } from 'node:zlib';

type Size = { readonly width: number; readonly height: number };
const latin = (text: string) => Buffer.from(text, 'latin1');
const a4: Size = { width: 595, height: 842 };
const columns = 92;
const linesPerPage = 66;
const maxPages = 500;

/** Objects from number 1 on; 1 is the catalog, 2 the pages. */
function pdf(objects: readonly Buffer[]): Uint8Array {
  const parts: Buffer[] = [latin('%PDF-1.4\n')];
  const offsets: number[] = [];
  let at = 9;
  for (const [i, body] of objects.entries()) {
    offsets.push(at);
    const object = Buffer.concat([latin(`${i + 1} 0 obj\n`), body, latin('\nendobj\n')]);
    parts.push(object);
    at += object.length;
  }
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  parts.push(
    latin(
      `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

function stream(dictionary: string, data: Buffer): Buffer {
  return Buffer.concat([latin(`<< ${dictionary} /Length ${data.length} >>\nstream\n`), data, latin('\nendstream')]);
}

/** What the standard fonts can show (WinAnsi, near Latin-1); everything else is a question mark. */
function literal(text: string): string {
  const shown = Array.from(text.normalize('NFC'), (c) => (/[ -~\u00a1-\u00ff]/.test(c) ? c : '?')).join('');
  return `(${shown.replace(/[\\()]/g, (c) => `\\${c}`)})`;
}

function pagesOf(
  contents: readonly Buffer[],
  size: Size,
  resources: string,
  extra: readonly Buffer[] = [],
): Uint8Array {
  const first = 3 + extra.length;
  const kids = contents.map((_, i) => `${first + i * 2} 0 R`).join(' ');
  const pages = contents.flatMap((content, i) => [
    latin(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${size.width} ${size.height}] /Resources << ${resources} >> /Contents ${first + i * 2 + 1} 0 R >>`,
    ),
    stream('', content),
  ]);
  return pdf([
    latin('<< /Type /Catalog /Pages 2 0 R >>'),
    latin(`<< /Type /Pages /Kids [${kids}] /Count ${contents.length} >>`),
    ...extra,
    ...pages,
  ]);
}

const font = (name: string) =>
  `/Font << /F << /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >> >>`;

/** Text in a fixed pitch, lines broken where the page ends; at most 500 pages. */
export function textPdf(text: string): Uint8Array {
  const lines = text.split(/\r\n?|\n/).flatMap((line) => {
    const shown = line.replaceAll('\t', '    ');
    return shown === '' ? [''] : (shown.match(new RegExp(`.{1,${columns}}`, 'gu')) ?? ['']);
  });
  const pages: Buffer[] = [];
  for (let at = 0; (at < lines.length || at === 0) && pages.length < maxPages; at += linesPerPage) {
    const rows = lines.slice(at, at + linesPerPage).map((line) => `${literal(line)} Tj T*`);
    pages.push(latin(`BT /F 9 Tf 11.5 TL 48 790 Td ${rows.join('\n')} ET`));
  }
  return pagesOf(pages, a4, font('Courier'));
}

/** A page of the given size with the text across it, again and again. */
export function watermarkPdf(text: string, size: Size): Uint8Array {
  const rows: string[] = ['0.72 g'];
  const step = 120;
  for (let y = -size.width; y < size.height + size.width; y += step)
    rows.push(`BT /F 13 Tf 0.866 0.5 -0.5 0.866 10 ${y} Tm ${literal(`${text}      `.repeat(6))} Tj ET`);
  return pagesOf([latin(rows.join('\n'))], size, font('Helvetica-Bold'));
}

type Image = Size & { readonly dictionary: string; readonly data: Buffer };

/** An image as a page of its own; undefined for what is not a JPEG or PNG we can show. */
export function imagePdf(bytes: Buffer): Uint8Array | undefined {
  const image = bytes[0] === 0xff ? jpegImage(bytes) : pngImage(bytes);
  if (!image || image.width < 1 || image.height < 1 || image.width * image.height > 100_000_000) return undefined;
  const scale = Math.min(1, 1600 / Math.max(image.width, image.height));
  const size = {
    width: Math.max(1, Math.round(image.width * scale)),
    height: Math.max(1, Math.round(image.height * scale)),
  };
  const object = stream(
    `/Type /XObject /Subtype /Image /Width ${image.width} /Height ${image.height} ${image.dictionary}`,
    image.data,
  );
  return pagesOf([latin(`${size.width} 0 0 ${size.height} 0 0 cm /I Do`)], size, '/XObject << /I 3 0 R >>', [object]);
}

function jpegImage(bytes: Buffer): Image | undefined {
  for (let at = 2; at + 10 < bytes.length; ) {
    const marker = bytes[at + 1] ?? 0;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) {
      const components = bytes[at + 9] ?? 3;
      const space = components === 1 ? 'Gray' : components === 4 ? 'CMYK' : 'RGB';
      const dictionary = `/ColorSpace /Device${space} /BitsPerComponent 8 /Filter /DCTDecode`;
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7), dictionary, data: bytes };
    }
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** Grey, colour and palette PNGs go in as they are; those with transparency are laid on white. */
function pngImage(bytes: Buffer): Image | undefined {
  if (bytes.length < 45 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined;
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const [depth = 0, type = 0] = bytes.subarray(24);
  if (bytes[28] !== 0 || width > 20_000 || height > 20_000) return undefined;
  const data: Buffer[] = [];
  let palette = Buffer.alloc(0);
  for (let at = 8; at + 12 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const body = bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at));
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(body);
    if (bytes.toString('latin1', at + 4, at + 8) === 'PLTE') palette = Buffer.from(body);
  }
  const packed = Buffer.concat(data);
  const size = { width, height };
  if (type === 6 && depth === 8)
    return { ...size, dictionary: '/ColorSpace /DeviceRGB /BitsPerComponent 8', data: onWhite(packed, size) };
  const colors = type === 2 ? 3 : 1;
  const indexed = `[/Indexed /DeviceRGB ${palette.length / 3 - 1} <${palette.toString('hex')}>]`;
  const space = type === 0 ? '/DeviceGray' : type === 2 ? '/DeviceRGB' : type === 3 ? indexed : undefined;
  if (!space) return undefined;
  const parameters = `/DecodeParms << /Predictor 15 /Colors ${colors} /BitsPerComponent ${depth} /Columns ${width} >>`;
  return {
    ...size,
    dictionary: `/ColorSpace ${space} /BitsPerComponent ${depth} /Filter /FlateDecode ${parameters}`,
    data: packed,
  };
}

function onWhite(packed: Buffer, { width, height }: Size): Buffer {
  const row = width * 4;
  const raw = inflateSync(packed, { maxOutputLength: (row + 1) * height });
  const out = Buffer.alloc(width * height * 3);
  let above = Buffer.alloc(row);
  for (let y = 0; y < height; y++) {
    const line = Buffer.from(raw.subarray(y * (row + 1) + 1, (y + 1) * (row + 1)));
    unfilter(raw[y * (row + 1)] ?? 0, line, above);
    for (let x = 0; x < width; x++) {
      const alpha = (line[x * 4 + 3] ?? 0) / 255;
      for (let c = 0; c < 3; c++)
        out[(y * width + x) * 3 + c] = Math.round((line[x * 4 + c] ?? 0) * alpha + 255 * (1 - alpha));
    }
    above = line;
  }
  return out;
}

/** PNG filters on four bytes a pixel (ISO 15948, 9.2). */
function unfilter(filter: number, line: Buffer, above: Buffer): void {
  for (let i = 0; i < line.length; i++) {
    const [left, up, corner] = [i < 4 ? 0 : (line[i - 4] ?? 0), above[i] ?? 0, i < 4 ? 0 : (above[i - 4] ?? 0)];
    const guess = left + up - corner;
    const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
    const paeth = a <= b && a <= c ? left : b <= c ? up : corner;
    const add = [0, left, up, (left + up) >> 1, paeth][filter] ?? 0;
    line[i] = ((line[i] ?? 0) + add) & 0xff;
  }
}
