import { userAgentTags } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, checkOneOf, known, type Scalar } from './criterion.ts';

// Screens show `nativeClient` as "Native app", so both are accepted.
const stored = (value: Scalar) => (String(value).toLowerCase() === 'native app' ? 'nativeClient' : value);

export const userAgentTagsField: Criterion = {
  field: 'userAgent.tags',
  part: 'activity',
  operators: [...equality, ...presence],
  values: 'nativeClient ("Native app"), outdatedBrowser, outdatedOperatingSystem',
  permitted: userAgentTags,
  check: (value) => checkOneOf(stored(value), userAgentTags),
  read: (request) => known(...request.context.userAgentTags.map(stored)),
  test: (operator, values) => scalarTest(operator, values.map(stored)),
};
