import { deviceTypes } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, checkOneOf, known } from './criterion.ts';

export const deviceType: Criterion = {
  field: 'device.type',
  part: 'activity',
  operators: [...equality],
  values: 'pc, mobile, tablet, other',
  permitted: deviceTypes,
  check: (value) => checkOneOf(value, deviceTypes),
  read: (request) => known(request.context.deviceType ?? 'other'),
  test: scalarTest,
};
