import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, checkText, known } from './criterion.ts';

export const userGroup: Criterion = {
  field: 'user.group',
  part: 'activity',
  operators: [...equality, ...presence],
  values: 'group names, or externalUsers',
  check: checkText,
  read: (request) => known(...request.subject.properties.groups),
  test: scalarTest,
};
