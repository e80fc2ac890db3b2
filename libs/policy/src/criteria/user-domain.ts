import { scalarTest } from '../match/scalar-match.ts';
import { affixes, containment, equality, presence } from '../operators.ts';
import { type Criterion, checkText, known } from './criterion.ts';

export const userDomain: Criterion = {
  field: 'user.domain',
  part: 'activity',
  operators: [...equality, ...presence, ...containment, ...affixes],
  values: 'domains of sign-in names',
  check: checkText,
  read: ({ subject }) =>
    known(subject.id.includes('@') ? subject.id.slice(subject.id.lastIndexOf('@') + 1) : undefined),
  test: scalarTest,
};
