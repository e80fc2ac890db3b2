import { scalarTest } from '../match/scalar-match.ts';
import { affixes, containment, presence } from '../operators.ts';
import { type Criterion, checkText, known } from './criterion.ts';

export const userAgentRaw: Criterion = {
  field: 'userAgent.raw',
  part: 'activity',
  operators: [...containment, ...affixes, ...presence],
  values: 'text of the User-Agent header',
  check: checkText,
  read: (request) => known(request.context.userAgent),
  test: scalarTest,
};
