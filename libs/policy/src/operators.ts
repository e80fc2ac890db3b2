// Operators in the families the filter table is written with, and which one each negative operator negates.
import type { Operator } from '@gatehouse/contracts/policy';

/** E, S, C and T of the filter table (SPEC section 3). */
export const equality = ['equals', 'doesNotEqual'] as const satisfies readonly Operator[];
export const presence = ['isSet', 'isNotSet'] as const satisfies readonly Operator[];
export const containment = ['contains', 'doesNotContain'] as const satisfies readonly Operator[];
export const affixes = ['startsWith', 'endsWith'] as const satisfies readonly Operator[];

export type PositiveOperator = Exclude<Operator, 'doesNotEqual' | 'doesNotContain' | 'isNotSet'>;

/** The positive operator of a row and whether the row is its negation: a negative row is always NOT its positive. */
export function polarity(operator: Operator): { readonly positive: PositiveOperator; readonly negated: boolean } {
  switch (operator) {
    case 'doesNotEqual':
      return { positive: 'equals', negated: true };
    case 'doesNotContain':
      return { positive: 'contains', negated: true };
    case 'isNotSet':
      return { positive: 'isSet', negated: true };
    default:
      return { positive: operator, negated: false };
  }
}

/** `isSet` and `isNotSet` take no values; all others need at least one. */
export function takesValues(operator: Operator): boolean {
  return polarity(operator).positive !== 'isSet';
}
