import { expect, it } from 'vitest';
import { parseByteSize } from './byte-size.ts';

it.each([
  [10, 10],
  ['0', 0],
  ['12 bytes', 12],
  ['7b', 7],
  ['512 KiB', 524_288],
  ['1.25 mib', 1_310_720],
  [' 10MiB ', 10_485_760],
  ['2  GiB', 2_147_483_648],
])('%j is %d bytes', (written, bytes) => expect(parseByteSize(written)).toBe(bytes));

it.each(['', 'MiB', 'x10', '10 MB', '10 KiB more', '1.', '.5 KiB', '-1', '1,5 MiB', '1.2.3', true])(
  '%j is no size',
  (written) => expect(parseByteSize(written)).toBeUndefined(),
);
