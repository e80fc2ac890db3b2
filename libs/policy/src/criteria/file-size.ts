import { parseByteSize } from '../match/byte-size.ts';
import type { PositiveOperator } from '../operators.ts';
import { type Criterion, fileOf, known, type Scalar } from './criterion.ts';

function matcher(operator: PositiveOperator, value: Scalar): (seen: Scalar) => boolean {
  const limit = parseByteSize(value) ?? Number.NaN;
  return operator === 'greaterThan' ? (seen) => Number(seen) > limit : (seen) => Number(seen) < limit;
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
  matcher,
};
