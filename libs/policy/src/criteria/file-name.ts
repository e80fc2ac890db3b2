import { scalarTest } from '../match/scalar-match.ts';
import { affixes, containment, equality, presence } from '../operators.ts';
import { type Criterion, checkText, fileOf, known } from './criterion.ts';

export const fileName: Criterion = {
  field: 'file.name',
  part: 'files',
  operators: [...equality, ...containment, ...affixes, ...presence],
  values: 'text of the file name',
  check: checkText,
  read: (request) => known(fileOf(request).name),
  test: scalarTest,
};
