import { activityTypes } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, checkOneOf, known } from './criterion.ts';

const appSpecific = /^[a-z0-9][a-z0-9-]{0,62}:[a-z0-9][a-z0-9.-]*$/i;

export const activityType: Criterion = {
  field: 'activity.type',
  part: 'activity',
  operators: [...equality],
  values: 'activity types, or an app-specific one written app:name',
  permitted: activityTypes,
  check: (value) => (appSpecific.test(String(value)) ? undefined : checkOneOf(value, activityTypes)),
  read: (request) => known(request.action.name),
  test: scalarTest,
};
