// Bounds-checked little-endian reads: a read past the end is a corrupt file, not a zero.
import { corrupt } from './label-error.ts';

export function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (!Number.isSafeInteger(start) || start < 0 || length < 0 || start + length > bytes.length)
    corrupt('out of bounds');
  return bytes.subarray(start, start + length);
}

export function startsWith(bytes: Uint8Array, magic: readonly number[], at = 0): boolean {
  return magic.every((byte, i) => bytes[at + i] === byte);
}

export function latin1(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return text;
}
