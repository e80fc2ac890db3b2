// Pages as PNG with the watermark burnt into the pixels, drawn by PDFium in a thread of its own.
import { crc32, deflateSync } from 'node:zlib';

export type Bitmap = {
  readonly width: number;
  readonly height: number /** Four bytes a pixel: red, green, blue, unused. */;
  readonly data: Uint8Array;
};

/** Darkens the page by the mark: white lets everything through, and nothing on the page can cover it. */
export function burn(page: Bitmap, mark: Bitmap): Buffer {
  const out = Buffer.alloc(page.width * page.height * 3);
  for (let y = 0; y < page.height; y++) {
    for (let x = 0; x < page.width; x++) {
      const at = (y * page.width + x) * 4;
      const over = (Math.min(y, mark.height - 1) * mark.width + Math.min(x, mark.width - 1)) * 4;
      for (let c = 0; c < 3; c++) {
        const value = page.data[at + c] ?? 255;
        const shade = mark.data[over + c] ?? 255;
        // On dark ground the mark lightens instead, or it would not be seen.
        out[(y * page.width + x) * 3 + c] = value > 96 ? (value * shade) / 255 : Math.min(255, value + (255 - shade));
      }
    }
  }
  return out;
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12);
  out.writeUInt32BE(data.length);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8);
  return out;
}

/** RGB, 8 bit, as PNG. */
export function png(rgb: Buffer, width: number, height: number): Buffer {
  const rows = Buffer.alloc((width * 3 + 1) * height);
  for (let y = 0; y < height; y++) rgb.copy(rows, y * (width * 3 + 1) + 1, y * width * 3, (y + 1) * width * 3);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const magic = Buffer.from('89504e470d0a1a0a', 'hex');
  return Buffer.concat([
    magic,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 3 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
