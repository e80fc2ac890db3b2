// Finds PDF objects through cross-reference tables and streams (ISO 32000-1, 7.5); no scan for lookalikes, no repair.
import { latin1, slice } from './bytes.ts';
import { corrupt, overLimit } from './label-error.ts';
import { isDictionary, isKind, type PdfDictionary, PdfReader, type PdfReference, type PdfValue } from './pdf-syntax.ts';
import type { Inflate } from './read.ts';

const maxSections = 64;
const maxObjects = 1_000_000;
const maxStream = 32 * 1024 * 1024;
const maxChain = 16;

type Place = { kind: 'offset'; at: number } | { kind: 'packed'; stream: number } | { kind: 'free' };
type PdfObject = { readonly value: PdfValue; readonly data: Uint8Array | undefined };

export class PdfDocument {
  readonly #bytes: Uint8Array;
  readonly #inflate: Inflate;
  readonly #places = new Map<number, Place>();
  readonly #packed = new Map<number, Map<number, PdfValue>>();
  /** The newest value of each trailer key. */
  readonly trailer = new Map<string, PdfValue>();
  /** Where the newest cross-reference section is, and which of the two forms it has. */
  readonly newest: { readonly at: number; readonly form: 'table' | 'stream' };

  constructor(bytes: Uint8Array, inflate: Inflate) {
    this.#bytes = bytes;
    this.#inflate = inflate;
    const tail = latin1(bytes.subarray(Math.max(0, bytes.length - 2048)));
    const start = /startxref\s+(\d{1,10})\s*(?:%%EOF)?\s*$/.exec(
      tail.slice(tail.lastIndexOf('startxref'), tail.lastIndexOf('%%EOF') + 5),
    );
    const at = Number(start?.[1] ?? corrupt('startxref'));
    this.newest = { at, form: new PdfReader(bytes, at).keyword('xref') ? 'table' : 'stream' };
    this.#readSections(at);
  }

  /** The value a reference stands for; other values are returned as they are. */
  resolve(value: PdfValue | undefined, depth = 0): PdfValue | undefined {
    if (!isKind(value, 'reference')) return value;
    if (depth > maxChain) overLimit('PDF reference chain');
    return this.resolve(this.#object(value.number, depth)?.value, depth + 1);
  }

  dictionary(value: PdfValue | undefined): PdfDictionary | undefined {
    const resolved = this.resolve(value);
    return isDictionary(resolved) ? resolved : undefined;
  }

  /** The text of a referenced object as the file has it, without `obj` and `endobj`. */
  raw(reference: PdfReference): Uint8Array {
    const place = this.#places.get(reference.number);
    if (place?.kind === 'offset') {
      const reader = new PdfReader(this.#bytes, place.at);
      const header = [reader.value(), reader.value()];
      if (header[0] !== reference.number || header[1] !== reference.generation || !reader.keyword('obj'))
        return corrupt('PDF object header');
      return textOfValue(reader);
    }
    if (place?.kind !== 'packed') return corrupt('PDF object');
    const { index, bytes } = this.#packedIndex(place.stream, 1);
    return textOfValue(new PdfReader(bytes, index.get(reference.number) ?? corrupt('PDF object stream index')));
  }

  /** A referenced stream's decoded bytes. */
  stream(value: PdfValue | undefined): Uint8Array | undefined {
    if (!isKind(value, 'reference')) return undefined;
    const object = this.#object(value.number, 0);
    return object?.data && isDictionary(object.value) ? this.#decode(object.value, object.data) : undefined;
  }

  #readSections(first: number): void {
    const seen = new Set<number>();
    const pending = [first];
    for (let at = pending.shift(); at !== undefined; at = pending.shift()) {
      if (seen.has(at)) continue;
      if (seen.size >= maxSections) overLimit('PDF revisions');
      seen.add(at);
      const trailer = this.#readSection(at);
      for (const [key, value] of trailer) if (!this.trailer.has(key)) this.trailer.set(key, value);
      // A hybrid file's stream comes before its older sections.
      for (const key of ['XRefStm', 'Prev']) {
        const next = trailer.get(key);
        if (typeof next === 'number') pending.push(next);
      }
    }
  }

  #readSection(at: number): PdfDictionary {
    const reader = new PdfReader(this.#bytes, at);
    if (reader.keyword('xref')) return this.#readTable(reader);
    const { value, data } = this.#parseObject(at, 0);
    if (!data || !isDictionary(value)) return corrupt('PDF cross-reference');
    this.#readXrefStream(value, this.#decode(value, data));
    return value;
  }

  #readTable(reader: PdfReader): PdfDictionary {
    while (!reader.keyword('trailer')) {
      const [first, count] = [reader.value(), reader.value()];
      if (typeof first !== 'number' || typeof count !== 'number') return corrupt('PDF xref section');
      for (let i = 0; i < count; i++) {
        const offset = reader.value();
        reader.value();
        const inUse = reader.keyword('n');
        if (typeof offset !== 'number' || !(inUse || reader.keyword('f'))) corrupt('PDF xref row');
        else this.#place(first + i, inUse ? { kind: 'offset', at: offset } : { kind: 'free' });
      }
    }
    const trailer = reader.value();
    return isDictionary(trailer) ? trailer : corrupt('PDF trailer');
  }

  #readXrefStream(dictionary: PdfDictionary, data: Uint8Array): void {
    const widths = numberList(dictionary.get('W'));
    const size = dictionary.get('Size');
    const index = dictionary.has('Index')
      ? numberList(dictionary.get('Index'))
      : [0, typeof size === 'number' ? size : 0];
    const [typeWidth = 0, secondWidth = 0, thirdWidth = 0] = widths;
    const row = typeWidth + secondWidth + thirdWidth;
    if (row === 0 || row > 24) corrupt('PDF xref widths');
    let at = 0;
    for (let i = 0; i + 1 < index.length; i += 2) {
      for (let n = 0; n < (index[i + 1] ?? 0) && at + row <= data.length; n++, at += row) {
        const type = typeWidth === 0 ? 1 : bigEndian(data, at, typeWidth);
        const second = bigEndian(data, at + typeWidth, secondWidth);
        const used: Place = type === 1 ? { kind: 'offset', at: second } : { kind: 'packed', stream: second };
        this.#place((index[i] ?? 0) + n, type === 1 || type === 2 ? used : { kind: 'free' });
      }
    }
  }

  #place(number: number, place: Place): void {
    // Sections are read newest first: the first word on an object is the last.
    if (this.#places.has(number)) return;
    if (this.#places.size >= maxObjects) overLimit('PDF objects');
    this.#places.set(number, place);
  }

  #object(number: number, depth: number): PdfObject | undefined {
    const place = this.#places.get(number);
    if (!place || place.kind === 'free') return undefined;
    if (place.kind === 'offset') return this.#parseObject(place.at, depth + 1);
    const value = this.#unpack(place.stream, depth + 1).get(number);
    return value === undefined ? undefined : { value, data: undefined };
  }

  #parseObject(at: number, depth: number): PdfObject {
    const reader = new PdfReader(this.#bytes, at);
    const header = [reader.value(), reader.value()];
    if (!header.every((part) => typeof part === 'number') || !reader.keyword('obj')) corrupt('PDF object header');
    const value = reader.value();
    if (!isDictionary(value) || !reader.keyword('stream')) return { value, data: undefined };
    // The keyword is followed by CR LF or LF.
    const start = reader.at + (this.#bytes[reader.at] === 13 ? 2 : 1);
    const length = this.resolve(value.get('Length'), depth + 1);
    return {
      value,
      data: typeof length === 'number' ? slice(this.#bytes, start, length) : corrupt('PDF stream length'),
    };
  }

  #unpack(streamNumber: number, depth: number): Map<number, PdfValue> {
    const known = this.#packed.get(streamNumber);
    if (known) return known;
    const { index, bytes } = this.#packedIndex(streamNumber, depth);
    const objects = new Map([...index].map(([number, at]) => [number, new PdfReader(bytes, at).value()]));
    this.#packed.set(streamNumber, objects);
    return objects;
  }

  /** Where each object of an object stream begins in its decoded bytes. */
  #packedIndex(streamNumber: number, depth: number): { index: Map<number, number>; bytes: Uint8Array } {
    const place = this.#places.get(streamNumber);
    if (place?.kind !== 'offset') return corrupt('PDF object stream');
    const { value, data } = this.#parseObject(place.at, depth);
    if (!isDictionary(value) || !data) return corrupt('PDF object stream');
    const [count, first] = [value.get('N'), value.get('First')];
    if (typeof count !== 'number' || typeof first !== 'number' || count > maxObjects)
      return corrupt('PDF object stream');
    const bytes = this.#decode(value, data);
    const head = new PdfReader(bytes);
    const index = new Map<number, number>();
    for (let i = 0; i < count; i++) {
      const [number, offset] = [head.value(), head.value()];
      if (typeof number !== 'number' || typeof offset !== 'number') return corrupt('PDF object stream index');
      index.set(number, first + offset);
    }
    return { index, bytes };
  }

  #decode(dictionary: PdfDictionary, data: Uint8Array): Uint8Array {
    const filters = asList(this.resolve(dictionary.get('Filter')));
    const parameters = asList(this.resolve(dictionary.get('DecodeParms')));
    return filters.reduce((bytes: Uint8Array, filter, i) => {
      if (!isKind(filter, 'name') || (filter.text !== 'FlateDecode' && filter.text !== 'Fl'))
        return corrupt('PDF filter');
      // zlib's two-byte header, then raw deflate; the checksum after it is not needed.
      const plain = this.#inflate(bytes.subarray(2), maxStream);
      if (plain.length > maxStream) overLimit('PDF stream');
      return unpredict(plain, this.dictionary(parameters[i]));
    }, data);
  }
}

function textOfValue(reader: PdfReader): Uint8Array {
  reader.skipSpace();
  const start = reader.at;
  reader.value();
  return reader.bytes.subarray(start, reader.at);
}

function asList(value: PdfValue | undefined): readonly PdfValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly PdfValue[]) : [value];
}

function numberList(value: PdfValue | undefined): number[] {
  return asList(value).map((item) => (typeof item === 'number' ? item : corrupt('PDF number list')));
}

function bigEndian(bytes: Uint8Array, at: number, width: number): number {
  let number = 0;
  for (let i = 0; i < width; i++) number = number * 256 + (bytes[at + i] ?? 0);
  return number;
}

/** Undoes PNG predictors `None` and `Up`, the ones writers use for cross-reference streams (7.4.4.4). */
function unpredict(bytes: Uint8Array, parameters: PdfDictionary | undefined): Uint8Array {
  const predictor = parameters?.get('Predictor') ?? 1;
  if (predictor === 1) return bytes;
  const columns = parameters?.get('Columns') ?? 1;
  if (typeof predictor !== 'number' || predictor < 10 || typeof columns !== 'number' || columns < 1)
    return corrupt('PDF predictor');
  const rows = Math.floor(bytes.length / (columns + 1));
  const plain = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const filter = bytes[row * (columns + 1)] ?? 0;
    if (filter !== 0 && filter !== 2) corrupt('PDF predictor row');
    for (let x = 0; x < columns; x++) {
      const above = filter === 2 && row > 0 ? (plain[(row - 1) * columns + x] ?? 0) : 0;
      plain[row * columns + x] = (bytes[row * (columns + 1) + 1 + x] ?? 0) + above;
    }
  }
  return plain;
}
