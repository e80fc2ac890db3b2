import { scalarTest } from '../match/scalar-match.ts';
import { containment, equality, presence } from '../operators.ts';
import { type Criterion, checkText, known } from './criterion.ts';

export const ipIsp: Criterion = {
  field: 'ip.isp',
  part: 'activity',
  operators: [...equality, ...presence, ...containment],
  values: 'names of internet service providers',
  check: checkText,
  read: (request) => known(request.context.isp),
  test: scalarTest,
};
