import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, checkText, known } from './criterion.ts';

export const ipTags: Criterion = {
  field: 'ip.tags',
  part: 'activity',
  operators: [...equality, ...presence],
  values: 'own tags, or anonymousProxy, tor, botnet, malwareCnc, darknetScanning, satellite',
  check: checkText,
  read: (request) => known(...request.context.ipTags),
  test: scalarTest,
};
