import { ipCategories } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, checkOneOf, known } from './criterion.ts';

export const ipCategory: Criterion = {
  field: 'ip.category',
  part: 'activity',
  operators: [...equality, ...presence],
  values: 'corporate, administrative, risky, vpn, cloudProvider, other',
  permitted: ipCategories,
  check: (value) => checkOneOf(value, ipCategories),
  read: (request) => known(request.context.ipCategory),
  test: scalarTest,
};
