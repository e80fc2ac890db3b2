// The primitives a TDF needs, given by whoever runs this: node:crypto in services, WebCrypto in the viewer.
type Later<T> = T | Promise<T>;

export type TdfCrypto = {
  /** HMAC-SHA256. */
  hmac(key: Uint8Array, data: Uint8Array): Later<Uint8Array>;
  sha256(data: Uint8Array): Later<Uint8Array>;
  /** AES-256-GCM: cipher text followed by its 16-byte tag. */
  encrypt(key: Uint8Array, iv: Uint8Array, plain: Uint8Array): Later<Uint8Array>;
  /** Throws when the tag does not fit. */
  decrypt(key: Uint8Array, iv: Uint8Array, sealed: Uint8Array): Later<Uint8Array>;
};

export type TdfWriterCrypto = TdfCrypto & {
  random(bytes: number): Uint8Array;
  /** CRC-32, continued from `previous`. */
  crc32(data: Uint8Array, previous: number): number;
};

export const ivBytes = 12;
export const tagBytes = 16;
/** What a segment grows by. */
export const segmentOverhead = ivBytes + tagBytes;

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const utf8 = (text: string) => new TextEncoder().encode(text);

/** Takes the same time wherever the first difference is. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}
