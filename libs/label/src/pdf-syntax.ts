// PDF objects (ISO 32000-1, 7.2 and 7.3), as far as metadata needs them.
import { latin1 } from './bytes.ts';
import { corrupt, overLimit } from './label-error.ts';

export type PdfReference = { readonly kind: 'reference'; readonly number: number; readonly generation: number };
export type PdfName = { readonly kind: 'name'; readonly text: string };
export type PdfString = { readonly kind: 'string'; readonly bytes: Uint8Array };
export type PdfKeyword = { readonly kind: 'keyword'; readonly text: string };
export type PdfDictionary = ReadonlyMap<string, PdfValue>;
export type PdfValue = number | PdfReference | PdfName | PdfString | PdfKeyword | PdfDictionary | readonly PdfValue[];

const maxDepth = 64;
const maxString = 1024 * 1024;
const whitespace = new Set([0, 9, 10, 12, 13, 32]);
const delimiters = new Set([...'()<>[]{}/%'].map((character) => character.charCodeAt(0)));
const escapes: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

export class PdfReader {
  at: number;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  skipSpace(): void {
    for (; this.at < this.bytes.length; this.at++) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte === 0x25) while (this.at < this.bytes.length && !this.#isByte(10) && !this.#isByte(13)) this.at++;
      else if (!whitespace.has(byte)) return;
    }
  }

  value(depth = 0): PdfValue {
    if (depth > maxDepth) overLimit('PDF depth');
    this.skipSpace();
    if (this.at >= this.bytes.length) corrupt('PDF ends early');
    if (this.#isByte(0x2f)) return this.#name();
    if (this.#isByte(0x28)) return this.#literal();
    if (this.#isByte(0x5b)) return this.#array(depth);
    if (this.#isByte(0x3c)) return this.#isByte(0x3c, 1) ? this.#dictionary(depth) : this.#hex();
    return this.#numberOrKeyword();
  }

  keyword(text: string): boolean {
    this.skipSpace();
    const found = latin1(this.bytes.subarray(this.at, this.at + text.length)) === text;
    if (found) this.at += text.length;
    return found;
  }

  #isByte(byte: number, ahead = 0): boolean {
    return this.bytes[this.at + ahead] === byte;
  }

  #regular(): string {
    const start = this.at;
    while (this.at < this.bytes.length) {
      const byte = this.bytes[this.at] ?? 0;
      if (whitespace.has(byte) || delimiters.has(byte)) break;
      this.at++;
    }
    if (this.at - start > maxString) overLimit('PDF token');
    return latin1(this.bytes.subarray(start, this.at));
  }

  #name(): PdfName {
    this.at++;
    const text = this.#regular().replace(/#([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return { kind: 'name', text };
  }

  #numberOrKeyword(): PdfValue {
    const text = this.#regular();
    if (text === '') return corrupt('PDF token');
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return { kind: 'keyword', text };
    return (/^\d+$/.test(text) && this.#reference(Number(text))) || Number(text);
  }

  #reference(number: number): PdfReference | undefined {
    const rest = /^[\0\t\n\f\r ]+(\d{1,5})[\0\t\n\f\r ]+R(?![A-Za-z0-9])/.exec(
      latin1(this.bytes.subarray(this.at, this.at + 24)),
    );
    if (!rest) return undefined;
    this.at += rest[0].length;
    return { kind: 'reference', number, generation: Number(rest[1]) };
  }

  #array(depth: number): PdfValue[] {
    this.at++;
    const items: PdfValue[] = [];
    for (this.skipSpace(); !this.#isByte(0x5d); this.skipSpace()) items.push(this.value(depth + 1));
    this.at++;
    return items;
  }

  #dictionary(depth: number): PdfDictionary {
    this.at += 2;
    const entries = new Map<string, PdfValue>();
    for (this.skipSpace(); !(this.#isByte(0x3e) && this.#isByte(0x3e, 1)); this.skipSpace()) {
      if (!this.#isByte(0x2f)) corrupt('PDF dictionary key');
      entries.set(this.#name().text, this.value(depth + 1));
    }
    this.at += 2;
    return entries;
  }

  #hex(): PdfString {
    const end = this.bytes.indexOf(0x3e, this.at);
    if (end === -1 || end - this.at > maxString) corrupt('PDF hex string');
    const digits = latin1(this.bytes.subarray(this.at + 1, end)).replace(/[^0-9a-f]/gi, '');
    this.at = end + 1;
    const pairs = digits.padEnd(digits.length + (digits.length % 2), '0').match(/../g) ?? [];
    return { kind: 'string', bytes: Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16)) };
  }

  #literal(): PdfString {
    const out: number[] = [];
    let open = 1;
    for (this.at++; this.at < this.bytes.length; this.at++) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte === 0x5c) this.#escape(out);
      else {
        if (byte === 0x28) open++;
        if (byte === 0x29) open--;
        if (open === 0) {
          this.at++;
          return { kind: 'string', bytes: Uint8Array.from(out) };
        }
        out.push(byte);
      }
      if (out.length > maxString) overLimit('PDF string');
    }
    return corrupt('PDF string');
  }

  #escape(out: number[]): void {
    const octal = /^[0-7]{1,3}/.exec(latin1(this.bytes.subarray(this.at + 1, this.at + 4)))?.[0];
    this.at += octal?.length ?? 1;
    if (octal) {
      out.push(Number.parseInt(octal, 8) & 0xff);
      return;
    }
    const byte = this.bytes[this.at] ?? 0;
    // A backslash before a line end joins the lines.
    if (byte === 13 && this.#isByte(10, 1)) this.at++;
    if (byte !== 10 && byte !== 13) out.push(escapes[String.fromCharCode(byte)] ?? byte);
  }
}

/** Text strings are UTF-16BE or UTF-8 with a mark, else PDFDocEncoding, which for labels is Latin-1 (7.9.2). */
export function pdfText(bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes.subarray(2));
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return new TextDecoder().decode(bytes.subarray(3));
  return latin1(bytes);
}

export function isDictionary(value: PdfValue | undefined): value is PdfDictionary {
  return value instanceof Map;
}
export function isKind<K extends 'reference' | 'name' | 'string'>(
  value: PdfValue | undefined,
  kind: K,
): value is Extract<PdfValue, { kind: K }> {
  return typeof value === 'object' && 'kind' in value && value.kind === kind;
}
