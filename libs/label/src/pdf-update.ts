// Incremental update of a PDF: the original bytes stay a prefix, so every signature keeps what it covers (7.5.6).
import { concat } from './concat.ts';
import { corrupt } from './label-error.ts';
import type { PdfDocument } from './pdf-document.ts';
import { serialisePdf } from './pdf-serialise.ts';
import type { PdfReference } from './pdf-syntax.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** New objects and versions of old ones, in one update. */
export class PdfUpdate {
  readonly #objects = new Map<number, { readonly generation: number; readonly body: readonly Uint8Array[] }>();
  readonly #document: PdfDocument;
  #next: number;
  /** The Info dictionary if it is a new object. */
  info: PdfReference | undefined;

  constructor(document: PdfDocument) {
    this.#document = document;
    const size = document.trailer.get('Size');
    this.#next = typeof size === 'number' && Number.isInteger(size) && size > 0 ? size : corrupt('PDF trailer Size');
  }

  /** The number of an object to come. */
  reserve(): PdfReference {
    return { kind: 'reference', number: this.#next++, generation: 0 };
  }

  put(reference: PdfReference, body: string): PdfReference {
    this.#objects.set(reference.number, { generation: reference.generation, body: [text(body)] });
    return reference;
  }

  /** A stream without compression, as metadata should be; `dictionary` without its brackets. */
  putStream(reference: PdfReference, dictionary: string, data: Uint8Array): PdfReference {
    const head = text(`<< ${dictionary} /Length ${data.length} >>\nstream\n`);
    this.#objects.set(reference.number, { generation: reference.generation, body: [head, data, text('\nendstream')] });
    return reference;
  }

  /** What is to be appended to a file of `size` bytes. */
  append(size: number): Uint8Array {
    const parts: Uint8Array[] = [text('\n')];
    let at = size + 1;
    const places: { number: number; generation: number; at: number }[] = [];
    for (const [number, { generation, body }] of [...this.#objects].sort(([a], [b]) => a - b)) {
      const object = [text(`${number} ${generation} obj\n`), ...body, text('\nendobj\n')];
      places.push({ number, generation, at });
      parts.push(...object);
      at += object.reduce((sum, part) => sum + part.length, 0);
    }
    parts.push(this.#document.newest.form === 'table' ? this.#table(places, at) : this.#stream(places, at));
    return concat(parts);
  }

  #trailer(size: number): string {
    const { trailer, newest } = this.#document;
    const info = this.info ?? trailer.get('Info');
    const id = trailer.get('ID');
    const root = trailer.get('Root') ?? corrupt('PDF catalog');
    const keys = [`/Size ${size}`, `/Root ${serialisePdf(root)}`, `/Prev ${newest.at}`];
    if (info !== undefined) keys.push(`/Info ${serialisePdf(info)}`);
    if (id !== undefined) keys.push(`/ID ${serialisePdf(id)}`);
    return keys.join(' ');
  }

  #table(places: readonly { number: number; generation: number; at: number }[], start: number): Uint8Array {
    const rows = places.map(
      ({ number, generation, at }) =>
        `${number} 1\n${String(at).padStart(10, '0')} ${String(generation).padStart(5, '0')} n \n`,
    );
    return text(`xref\n${rows.join('')}trailer\n<< ${this.#trailer(this.#next)} >>\nstartxref\n${start}\n%%EOF\n`);
  }

  #stream(places: readonly { number: number; generation: number; at: number }[], start: number): Uint8Array {
    const own = { number: this.#next, generation: 0, at: start };
    const all = [...places, own];
    const rows = new Uint8Array(all.length * 11);
    const view = new DataView(rows.buffer);
    all.forEach((place, i) => {
      rows[i * 11] = 1;
      view.setBigUint64(i * 11 + 1, BigInt(place.at));
      view.setUint16(i * 11 + 9, place.generation);
    });
    const index = all.map(({ number }) => `${number} 1`).join(' ');
    const head = `<< /Type /XRef /W [1 8 2] /Index [${index}] ${this.#trailer(own.number + 1)} /Length ${rows.length} >>`;
    const tail = `\nendstream\nendobj\nstartxref\n${start}\n%%EOF\n`;
    return concat([text(`${own.number} 0 obj\n${head}\nstream\n`), rows, text(tail)]);
  }
}
