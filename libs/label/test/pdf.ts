// PDF writers for tests: classic cross-reference table, or object stream plus cross-reference stream.
import { deflateSync } from 'node:zlib';

/** Object bodies from number 1 on, and the trailer's extra keys. */
export function classicPdf(objects: readonly string[], trailer: string): Uint8Array {
  let file = '%PDF-1.7\n';
  const offsets = objects.map((body, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${body}\nendobj\n`;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const end = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} ${trailer} >>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + end, 'latin1');
}

export function streamBody(content: string, dictionary = ''): string {
  return `<< /Length ${content.length} ${dictionary} >>\nstream\n${content}\nendstream`;
}

/** Object 1 is the object stream with `packed` as objects 3, 4 …; object 2 is the cross-reference stream (predictor 12). */
export function modernPdf(packed: readonly string[], trailer: string): Uint8Array {
  let offset = 0;
  const index = packed.map((body, i) => {
    const pair = `${i + 3} ${offset}`;
    offset += body.length + 1;
    return pair;
  });
  const head = `${index.join(' ')} `;
  const objects = deflateSync(Buffer.from(head + packed.join(' '), 'latin1')).toString('latin1');
  const first = '%PDF-1.7\n';
  const one = `1 0 obj\n${streamBody(objects, `/Type /ObjStm /N ${packed.length} /First ${head.length} /Filter /FlateDecode`)}\nendobj\n`;
  const at = first.length + one.length;
  const rows = [[0, 0, 0], [1, first.length, 0], [1, at, 0], ...packed.map((_, i) => [2, 1, i])];
  const flat = rows.map(([type = 0, second = 0, third = 0]) => [type, second >> 8, second & 255, third]);
  const predicted = flat.flatMap((row, y) => [2, ...row.map((byte, x) => (byte - (flat[y - 1]?.[x] ?? 0)) & 255)]);
  const xref = deflateSync(Buffer.from(predicted)).toString('latin1');
  const dictionary = `/Type /XRef /W [1 2 1] /Size ${rows.length} /Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >> ${trailer}`;
  return Buffer.from(
    `${first}${one}2 0 obj\n${streamBody(xref, dictionary)}\nendobj\nstartxref\n${at}\n%%EOF\n`,
    'latin1',
  );
}
