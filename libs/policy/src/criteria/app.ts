import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, checkOneOf, checkText, known } from './criterion.ts';

export const app: Criterion = {
  field: 'app',
  part: 'activity',
  operators: [...equality],
  values: 'ids of onboarded apps',
  check: (value, operator, { apps }) => checkText(value, operator) ?? (apps && checkOneOf(value, apps)),
  read: (request) => known(request.resource.id),
  test: scalarTest,
};
