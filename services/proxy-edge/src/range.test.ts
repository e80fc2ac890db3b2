import { expect, it } from 'vitest';
import { cut, type Slice, sliceOf } from './range.ts';

const part = (start: number, end: number): Slice => ({ type: 'part', start, end });
const whole: Slice = { type: 'whole' };
const none: Slice = { type: 'unsatisfiable' };
const file = { ifRange: undefined, etag: '"a"', lastModified: 'Sun, 01 Nov 2026 10:00:00 GMT', size: 1000 };

it.each([
  ['bytes=0-99', part(0, 99)],
  ['bytes=900-', part(900, 999)],
  ['bytes=-1', part(999, 999)],
  ['bytes=-5000', part(0, 999)],
  ['bytes=10-5000', part(10, 999)],
  ['BYTES = 0-0', part(0, 0)],
  ['bytes=1000-', none],
  ['bytes=-0', none],
  ['bytes=5-4', whole],
  ['bytes=-', whole],
  ['bytes=0-1,5-6', whole],
  ['lines=0-1', whole],
  ['bytes=0-1e3', whole],
  [undefined, whole],
])('%s', (range, slice) => expect(sliceOf({ ...file, range })).toEqual(slice));

it.each([
  ['"a"', part(0, 9)],
  ['"b"', whole],
  ['W/"a"', whole],
  [file.lastModified, part(0, 9)],
  ['Sun, 01 Nov 2026 10:00:01 GMT', whole],
])('If-Range %s', (ifRange, slice) => expect(sliceOf({ ...file, range: 'bytes=0-9', ifRange })).toEqual(slice));

it('cuts at any chunking', async () => {
  const bytes = Buffer.from('0123456789');
  for (const size of [1, 3, 10])
    for (const [start, end] of [
      [0, 9],
      [2, 2],
      [3, 8],
      [9, 9],
    ] as const) {
      const pieces = async function* () {
        for (let at = 0; at < 10; at += size) yield bytes.subarray(at, at + size);
      };
      const out: Buffer[] = [];
      for await (const piece of cut(pieces(), start, end)) out.push(piece);
      expect(Buffer.concat(out).toString()).toBe('0123456789'.slice(start, end + 1));
    }
});
