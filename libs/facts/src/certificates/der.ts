// Just enough DER (X.690) to walk a certificate or a revocation list in one pass without building a tree.

type Bytes = Uint8Array<ArrayBuffer>;

export type Element = {
  readonly tag: number;
  /** Header and content. */
  readonly whole: Bytes;
  readonly content: Bytes;
};

export class DerError extends Error {
  readonly code = 'DER';
}

export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
} as const;

/** The elements of `bytes`, one after the other. @throws DerError where lengths do not fit */
export function* elementsOf(bytes: Bytes): Generator<Element> {
  let at = 0;
  while (at < bytes.length) {
    const element = elementAt(bytes, at);
    yield element;
    at += element.whole.length;
  }
}

/** The one element that fills `bytes`. @throws DerError */
export function onlyElement(bytes: Bytes, tag: number): Element {
  const element = elementAt(bytes, 0);
  if (element.whole.length !== bytes.length) throw new DerError('bytes after the end');
  return expectTag(element, tag);
}

/** The element, if it has this tag. @throws DerError */
export function expectTag(element: Element | undefined, tag: number): Element {
  if (element?.tag !== tag) throw new DerError(`element ${element?.tag ?? 'missing'} instead of ${tag}`);
  return element;
}

function elementAt(bytes: Bytes, at: number): Element {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new DerError('no element');
  const longBytes = first < 0x80 ? 0 : first & 0x7f;
  // Four bytes of length are more than we ever accept; 0x80 is BER's indefinite form.
  if (first === 0x80 || longBytes > 4) throw new DerError('length is not DER');
  let length = longBytes === 0 ? first : 0;
  for (let byte = 0; byte < longBytes; byte += 1) length = length * 256 + (bytes[at + 2 + byte] ?? Number.NaN);
  const start = at + 2 + longBytes;
  if (!(start + length <= bytes.length)) throw new DerError('element is longer than what holds it');
  return { tag, whole: bytes.subarray(at, start + length), content: bytes.subarray(start, start + length) };
}

/** Lower-case hex without leading zeros, the form in which serials are compared. */
export function hexNumber(content: Bytes): string {
  return hex(content).replace(/^0+(?=.)/, '');
}

/** Lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Milliseconds of a UTCTime or GeneralizedTime as RFC 5280 section 4.1.2.5 writes them: with seconds, in UTC. @throws DerError */
export function timeOf(element: Element | undefined): number {
  const text = new TextDecoder('latin1').decode(element?.content);
  const match = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const form = element?.tag === derTag.utcTime ? 2 : element?.tag === derTag.generalizedTime ? 4 : 0;
  if (match?.[1]?.length !== form) throw new DerError('no time');
  const [, year = '', month, day, hour, minute, second] = match;
  const century = form === 2 ? (Number(year) < 50 ? '20' : '19') : '';
  const time = Date.parse(`${century}${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(time)) throw new DerError('no time');
  return time;
}

/** `2.5.29.20` for its bytes. */
export function objectIdentifier(content: Bytes): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...rest] = parts;
  const top = Math.min(Math.floor(first / 40), 2);
  return [top, first - top * 40, ...rest].join('.');
}
