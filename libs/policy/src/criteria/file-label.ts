import { scalarTest } from '../match/scalar-match.ts';
import { equality, presence } from '../operators.ts';
import { type Criterion, checkOneOf, checkText, fileOf, known } from './criterion.ts';

// Labels of other organisations are named by the GUID of the label or of the organisation.
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu;

export const fileLabel: Criterion = {
  field: 'file.label',
  part: 'files',
  operators: [...equality, ...presence],
  values: 'own labels, GUIDs of foreign labels or organisations, unreadable',
  check: (value, operator, { labels }) => {
    const problem = checkText(value, operator);
    if (problem !== undefined || labels === undefined || guid.test(String(value))) return problem;
    return checkOneOf(value, [...labels, 'unreadable']);
  },
  read: (request) => {
    const { label } = fileOf(request);
    if (label.state === 'pending') return { state: 'pending', fact: 'label' };
    return label.state === 'known' ? known(...label.labels) : { ...label, values: [] };
  },
  test: scalarTest,
};
