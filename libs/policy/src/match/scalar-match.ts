// Comparison of fields whose values are text; other scalars are compared by what they look like.
import type { Scalar } from '../criteria/criterion.ts';
import type { PositiveOperator } from '../operators.ts';
import { textMatcher } from './text-match.ts';

/** Predicate for one filter value by the text rules. */
export function scalarMatcher(operator: PositiveOperator, value: Scalar): (seen: Scalar) => boolean {
  const matches = textMatcher(operator, String(value));
  return (seen) => matches(String(seen));
}
