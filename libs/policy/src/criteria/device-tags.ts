import type { DecisionRequest } from '@gatehouse/contracts/decision';
import { deviceTags } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, checkOneOf, type Reading } from './criterion.ts';

// The certificate's fate is part of the answer to "why does this device count as unmanaged?".
function readTags(request: DecisionRequest): Reading {
  const { deviceTags: tags, certificateReason } = request.subject.properties;
  const reading = { state: 'known', values: tags } as const;
  return certificateReason === undefined ? reading : { ...reading, note: certificateReason };
}

export const deviceTagsField: Criterion = {
  field: 'device.tags',
  part: 'activity',
  operators: [...equality, ...presence],
  values: 'compliant, domainJoined, validClientCertificate',
  permitted: deviceTags,
  check: (value) => checkOneOf(value, deviceTags),
  read: readTags,
  test: scalarTest,
};
