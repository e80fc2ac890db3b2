import type { DecisionRequest } from '@gatehouse/contracts/decision';
import { fileTypes } from '@gatehouse/contracts/vocabulary';
import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, checkOneOf, fileOf, known, type Reading } from './criterion.ts';

const mime = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/i;

// Every file has a type: what nothing recognised is `other`.
function readTypes(request: DecisionRequest): Reading {
  const { types } = fileOf(request);
  return known(...(types.length > 0 ? types : ['other']));
}

export const fileType: Criterion = {
  field: 'file.type',
  part: 'files',
  operators: [...equality],
  values: 'a kind of file, or a MIME type like application/pdf',
  permitted: fileTypes,
  check: (value) => (mime.test(String(value)) ? undefined : checkOneOf(value, fileTypes)),
  read: readTypes,
  test: scalarTest,
};
