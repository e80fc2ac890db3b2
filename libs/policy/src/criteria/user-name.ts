import { scalarTest } from '../match/scalar-match.ts';
import { affixes, containment, equality, presence } from '../operators.ts';
import { type Criterion, checkText, known } from './criterion.ts';

export const userName: Criterion = {
  field: 'user.name',
  part: 'activity',
  operators: [...equality, ...presence, ...containment, ...affixes],
  values: 'sign-in names',
  check: checkText,
  read: (request) => known(request.subject.id),
  test: scalarTest,
};
