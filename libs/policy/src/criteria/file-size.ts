import { parseByteSize } from '../match/byte-size.ts';
import type { Test } from '../match/seen.ts';
import type { PositiveOperator } from '../operators.ts';
import { type Criterion, fileOf, known, type Scalar } from './criterion.ts';

function test(operator: PositiveOperator, values: readonly Scalar[]): Test {
  const limits = values.map((value) => parseByteSize(value) ?? Number.NaN);
  return operator === 'greaterThan'
    ? (seen) => seen.values.some((size) => limits.some((limit) => Number(size) > limit))
    : (seen) => seen.values.some((size) => limits.some((limit) => Number(size) < limit));
}

export const fileSize: Criterion = {
  field: 'file.size',
  part: 'files',
  operators: ['greaterThan', 'lessThan'],
  values: 'a number of bytes, or like 512 KiB, 10 MiB',
  check: (value) => (parseByteSize(value) === undefined ? `"${value}" is not a size like 10 MiB` : undefined),
  read: (request) => {
    const { size } = fileOf(request);
    return size.state === 'pending' ? { state: 'pending', fact: 'size' } : known(size.bytes);
  },
  test,
};
