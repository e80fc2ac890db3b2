import type { ContentMatch } from '@gatehouse/contracts/decision';
import { scalarTest } from '../match/scalar-match.ts';
import { equality } from '../operators.ts';
import { type Criterion, checkOneOf, checkText, fileOf, known } from './criterion.ts';

/** Confidence a row asks for: the default of an inspection rule. */
const rowConfidence = 75;

/**
 * Distinct instances that reach a confidence. The counts of higher confidences are folded in by maximum, which is
 * right when counts are cumulative and never invents an instance when they are not.
 */
export function instancesAt(match: ContentMatch, confidence: 65 | 75 | 85): number {
  const reaching = ([65, 75, 85] as const).filter((level) => level >= confidence);
  return Math.max(...reaching.map((level) => match.instances[level]));
}

const found = (matches: readonly ContentMatch[]) =>
  matches.filter((match) => instancesAt(match, rowConfidence) > 0).map((match) => match.type);

export const fileContent: Criterion = {
  field: 'file.content',
  part: 'files',
  operators: equality,
  values: 'sensitive information types, dictionaries, expressions, exact-data sets',
  check: (value, operator, { types }) => checkText(value, operator) ?? (types && checkOneOf(value, types)),
  read: (request) => {
    const { content } = fileOf(request);
    if (content.state === 'pending') return { state: 'pending', fact: 'content' };
    const values = found(content.matches);
    return content.state === 'known' ? known(...values) : { state: 'unscannable', reason: content.reason, values };
  },
  test: scalarTest,
};
