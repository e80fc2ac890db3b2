import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, fileOf, known, type Scalar } from './criterion.ts';

/** Extensions may be written with their dot. */
export const withoutDot = (value: Scalar) => String(value).trim().replace(/^\./u, '');

export const fileExtension: Criterion = {
  field: 'file.extension',
  part: 'files',
  operators: equality,
  values: 'extensions, like xls or .xls',
  check: (value) =>
    typeof value === 'string' && /^[^\s./\\]{1,32}$/u.test(withoutDot(value))
      ? undefined
      : `"${value}" is not an extension like xls`,
  read: (request) => known(...fileOf(request).extensions),
  test: (operator, values) => scalarTest(operator, values.map(withoutDot)),
};
