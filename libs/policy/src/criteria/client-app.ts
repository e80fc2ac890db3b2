import { clientApps } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, checkOneOf, known } from './criterion.ts';

export const clientApp: Criterion = {
  field: 'clientApp',
  part: 'activity',
  operators: [...equality],
  values: 'browser, mobileDesktop',
  permitted: clientApps,
  check: (value) => checkOneOf(value, clientApps),
  read: (request) => known(request.context.clientApp),
  test: scalarTest,
};
