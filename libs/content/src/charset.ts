// Bytes of a text file to a string: BOM, then the NUL pattern of UTF-16, then UTF-8, else windows-1252.
import { startsWith } from './bytes.ts';

/** The WHATWG encoding label to decode with. */
export function charsetOf(bytes: Uint8Array): string {
  if (startsWith(bytes, '\xff\xfe')) return 'utf-16le';
  if (startsWith(bytes, '\xfe\xff')) return 'utf-16be';
  if (startsWith(bytes, '\xef\xbb\xbf')) return 'utf-8';
  const head = bytes.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (let at = 0; at < head.length; at++) if (head[at] === 0) at % 2 === 0 ? even++ : odd++;
  if (odd * 4 > head.length && even * 8 < odd) return 'utf-16le';
  if (even * 4 > head.length && odd * 8 < even) return 'utf-16be';
  return isUtf8(bytes) ? 'utf-8' : 'windows-1252';
}

/** Never throws; wrong sequences become U+FFFD. The BOM is dropped. */
export function decodeText(bytes: Uint8Array): string {
  const order = utf32Order(bytes);
  if (order !== undefined) return decodeUtf32(bytes, order);
  return new TextDecoder(charsetOf(bytes)).decode(bytes);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** UTF-32 has no WHATWG label. Three bytes of four are zero in any Western text. */
function utf32Order(bytes: Uint8Array): 'little' | 'big' | undefined {
  if (bytes.length % 4 !== 0 || bytes.length === 0) return undefined;
  const head = Math.min(bytes.length, 4096);
  const zeros = [0, 0, 0, 0];
  for (let at = 0; at < head; at++) if (bytes[at] === 0) zeros[at % 4] = (zeros[at % 4] ?? 0) + 1;
  const [first = 0, second = 0, third = 0, fourth = 0] = zeros.map((count) => (count * 4) / head);
  if (third > 0.9 && fourth === 1) return 'little';
  return first === 1 && second > 0.9 && third < 1 ? 'big' : undefined;
}

function decodeUtf32(bytes: Uint8Array, order: 'little' | 'big'): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += 4) {
    const code = view.getUint32(at, order === 'little');
    if (code !== 0xfeff) parts.push(code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd');
  }
  return parts.join('');
}
