// What every filter field tells: where it may stand, its operators, its values, how it is read and compared.
import type { DecisionRequest, FileFacts } from '@gatehouse/contracts/decision';
import type { Operator } from '@gatehouse/contracts/policy';
import type { UnscannableReason } from '@gatehouse/contracts/reason';
import type { Test } from '../match/seen.ts';
import { type PositiveOperator, takesValues } from '../operators.ts';

export type Scalar = string | number | boolean;

/** A fact the PEP can still learn. */
export type Need =
  | { readonly fact: 'size' | 'label' | 'malware' }
  | { readonly fact: 'content'; readonly types: readonly string[]; readonly source: 'content' | 'fileName' };

/** What the request says about a field. No values: the attribute is absent. */
export type Reading =
  | { readonly state: 'known'; readonly values: readonly Scalar[]; readonly note?: string }
  | { readonly state: 'pending'; readonly fact: Need['fact'] }
  | { readonly state: 'unscannable'; readonly reason: UnscannableReason; readonly values: readonly Scalar[] };

/** What the organisation has, for value checks. A list that is not given is not checked. */
export type References = {
  readonly apps?: readonly string[];
  readonly labels?: readonly string[];
  /** Ids of sensitive information types, dictionaries, expressions and exact-data sets. */
  readonly types?: readonly string[];
  /** Names of all other policies. */
  readonly policyNames?: readonly string[];
};

export type Criterion = {
  readonly field: string;
  readonly part: 'activity' | 'files';
  readonly operators: readonly Operator[];
  /** Values in words, shown as the remedy of a bad one. */
  readonly values: string;
  /** The closed list of values if there is one. */
  readonly permitted?: readonly string[];
  /** What is wrong with a value, or undefined. */
  readonly check: (value: Scalar, operator: Operator, references: References) => string | undefined;
  readonly read: (request: DecisionRequest) => Reading;
  /** The values of a row as a test; they are alternatives. Never called for `isSet`. */
  readonly test: (operator: PositiveOperator, values: readonly Scalar[]) => Test;
};

/** A reading of plain values; undefined and empty text count as absent. */
export function known(...values: readonly (Scalar | undefined)[]): Reading {
  return { state: 'known', values: values.filter((value): value is Scalar => value !== undefined && value !== '') };
}

// A request about a download that carries no file says nothing about it: then everything is still to be learned,
// not absent, so that a forgotten fact can never let a file through.
const nothingLearned: FileFacts = {
  extensions: [],
  types: [],
  size: { state: 'pending' },
  label: { state: 'pending' },
  content: { state: 'pending' },
  malware: { state: 'pending' },
};

/** The file of a request. */
export function fileOf(request: DecisionRequest): FileFacts {
  return request.resource.properties.file ?? nothingLearned;
}

/** Value check of a free text field. */
export function checkText(value: Scalar, operator: Operator): string | undefined {
  if (!takesValues(operator)) return undefined;
  if (typeof value !== 'string') return 'must be text: put it in quotes';
  if (value.trim() === '') return 'must not be empty';
  return value.length > 1000 ? 'must be at most 1,000 characters' : undefined;
}

/** Value check against a closed list, case-insensitive. */
export function checkOneOf(value: Scalar, permitted: readonly string[]): string | undefined {
  const given = String(value).toLowerCase();
  return permitted.some((one) => one.toLowerCase() === given)
    ? undefined
    : `"${value}" is not one of the permitted values`;
}
