import { scalarTest } from '../match/scalar-match.ts';
import { type Criterion, checkOneOf, fileOf, known } from './criterion.ts';

export const fileTypeMismatch: Criterion = {
  field: 'file.typeMismatch',
  part: 'files',
  operators: ['equals'],
  values: 'true or false',
  permitted: ['true', 'false'],
  check: (value) => checkOneOf(value, ['true', 'false']),
  read: (request) => known(fileOf(request).typeMismatch ?? false),
  test: scalarTest,
};
