// Comparison of fields whose values are text; other scalars are compared by what they look like.
import type { Scalar } from '../criteria/criterion.ts';
import type { PositiveOperator } from '../operators.ts';
import type { Seen, Test } from './seen.ts';
import { fold, hasPhrase, quotedPhrase, words } from './text-match.ts';

/** Test for the values of one row by the text rules of SPEC section 3. */
export function scalarTest(operator: PositiveOperator, values: readonly Scalar[]): Test {
  const wanted = values.map((value) => fold(String(value)));
  switch (operator) {
    case 'contains':
      return anyTest(values.map((value) => containsTest(String(value))));
    case 'startsWith':
      return ({ folded }) => folded.some((seen) => wanted.some((one) => seen.startsWith(one)));
    case 'endsWith':
      return ({ folded }) => folded.some((seen) => wanted.some((one) => seen.endsWith(one)));
    default:
      return equalsTest(new Set(wanted));
  }
}

function equalsTest(wanted: ReadonlySet<string>): Test {
  return ({ folded }) => {
    for (const seen of folded) if (wanted.has(seen)) return true;
    return false;
  };
}

function containsTest(value: string): Test {
  const quoted = quotedPhrase(value);
  if (quoted !== undefined) {
    const phrase = fold(quoted);
    return ({ folded }) => folded.some((seen) => hasPhrase(seen, phrase));
  }
  const wanted = words(value);
  if (wanted.length === 0) return () => false;
  return (seen) => seen.words.some((present) => wanted.every((word) => present.has(word)));
}

/** True as soon as one of the tests is: the values of a row are alternatives. */
export function anyTest(tests: readonly Test[]): Test {
  return (seen: Seen) => tests.some((test) => test(seen));
}
