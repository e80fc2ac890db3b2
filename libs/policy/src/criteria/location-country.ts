import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, known } from './criterion.ts';

export const locationCountry: Criterion = {
  field: 'location.country',
  part: 'activity',
  operators: [...equality, ...presence],
  values: 'ISO 3166 alpha-2 codes, like DE',
  check: (value) => (/^[a-z]{2}$/i.test(String(value)) ? undefined : 'must be an ISO 3166 alpha-2 code, like DE'),
  read: (request) => known(request.context.country),
  test: scalarTest,
};
