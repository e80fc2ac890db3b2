// A policy's filters in disjunctive normal form: it matches when all literals of at least one conjunction hold.
import type { Filter, FilterRow, Policy } from '@gatehouse/contracts/policy';
import { parseByteSize } from '../match/byte-size.ts';
import { fold } from '../match/text-match.ts';
import { type PositiveOperator, polarity } from '../operators.ts';

/** A row, or its negation. `values` are folded as matching folds them. */
export type Literal = {
  readonly field: string;
  readonly operator: PositiveOperator;
  readonly negated: boolean;
  readonly values: readonly string[];
  readonly path: string;
};

const maxConjunctions = 64;

/** Fields that hold one value at most; all others are sets. */
const singleValued = [
  'app',
  'activity.type',
  'user.name',
  'user.domain',
  'device.type',
  'location.country',
  'ip.category',
  'ip.isp',
  'clientApp',
  'file.name',
  'file.typeMismatch',
  'file.malware',
];

const readValue = (field: string) => (value: string | number | boolean) => {
  if (field === 'file.size') return String(parseByteSize(value) ?? value);
  const text = fold(String(value));
  return field === 'file.extension' ? text.trim().replace(/^\./u, '') : text;
};

function literalOf(row: FilterRow, path: string, negate: boolean): Literal {
  const { positive, negated } = polarity(row.operator);
  const values = row.values.map(readValue(row.field));
  return { field: row.field, operator: positive, negated: negated !== negate, values, path };
}

type Conjunctions = readonly (readonly Literal[])[];

/** Rules compare every policy with every other one: each is taken apart once only. */
function oncePerPolicy<T>(work: (policy: Policy) => T): (policy: Policy) => T {
  const done = new WeakMap<Policy, { readonly result: T }>();
  return (policy) => {
    const found = done.get(policy) ?? { result: work(policy) };
    done.set(policy, found);
    return found.result;
  };
}

/** All ways in which a policy can match; undefined when there are too many to look at. */
export const conjunctionsOf = oncePerPolicy((policy): Conjunctions | undefined => {
  const parts = [...list(policy.activity, 'activity')];
  if (policy.kind === 'SessionPolicy') parts.push(...list(policy.files, 'files'), ...inspectionOf(policy.inspection));
  return product(parts);
});

/** Equal for policies with the same rows, whatever their order, names and texts. */
export const shapeOf = oncePerPolicy((policy): string => {
  const key = ({ field, operator, negated, values }: Literal) =>
    JSON.stringify([field, operator, negated, [...values].sort()]);
  return JSON.stringify(
    (conjunctionsOf(policy) ?? [policy.name])
      .map((one) => (typeof one === 'string' ? one : one.map(key).sort()))
      .sort(),
  );
});

/** All rows of a policy with their paths, whatever group they stand in. */
export const literalsOf = oncePerPolicy((policy): readonly Literal[] => {
  const all = new Map((conjunctionsOf(policy) ?? []).flat().map((literal) => [literal.path, literal]));
  return [...all.values()];
});

const list = (filters: readonly Filter[], part: string) =>
  filters.map((filter, at) => expand(filter, `${part}[${at}]`, false));

function expand(filter: Filter, path: string, negate: boolean): Conjunctions | undefined {
  if ('not' in filter) return expand(filter.not, `${path}.not`, !negate);
  if ('any' in filter || 'all' in filter) {
    const key = 'any' in filter ? 'any' : 'all';
    const members = 'any' in filter ? filter.any : filter.all;
    const expanded = members.map((member, at) => expand(member, `${path}.${key}[${at}]`, negate));
    return (key === 'any') === negate ? product(expanded) : sum(expanded);
  }
  return [[literalOf(filter, path, negate)]];
}

function sum(parts: readonly (Conjunctions | undefined)[]): Conjunctions | undefined {
  if (parts.includes(undefined)) return undefined;
  const joined = parts.flatMap((part) => part ?? []);
  return joined.length > maxConjunctions ? undefined : joined;
}

function product(parts: readonly (Conjunctions | undefined)[]): Conjunctions | undefined {
  let joined: Conjunctions = [[]];
  for (const part of parts) {
    if (part === undefined || joined.length * part.length > maxConjunctions) return undefined;
    joined = joined.flatMap((left) => part.map((right) => [...left, ...right]));
  }
  return joined;
}

/** Inspection as one literal that only an equal inspection implies. */
function inspectionOf(inspection: unknown): Conjunctions[] {
  if (inspection === undefined) return [];
  const literal = { field: 'inspection', operator: 'equals', negated: false, path: 'inspection' } as const;
  return [[[{ ...literal, values: [JSON.stringify(inspection)] }]]];
}

const isSubset = (small: readonly string[], large: readonly string[]) => small.every((one) => large.includes(one));
const overlaps = (a: readonly string[], b: readonly string[]) => a.some((one) => b.includes(one));

/** Whenever `a` holds, `b` holds. False when it cannot be told. */
export function implies(a: Literal, b: Literal): boolean {
  if (a.field !== b.field) return false;
  const absent = a.operator === 'isSet' && a.negated;
  if (absent) return b.negated;
  if (b.operator === 'isSet') return !b.negated && !a.negated;
  if (a.operator === b.operator && a.negated === b.negated) return a.negated ? sizeOr(b, a) : sizeOr(a, b);
  const apart = a.operator === 'equals' && b.operator === 'equals' && !a.negated && b.negated;
  return apart && singleValued.includes(a.field) && !overlaps(a.values, b.values);
}

function sizeOr(narrow: Literal, wide: Literal): boolean {
  if (narrow.operator === 'isSet') return true;
  const bounds = (literal: Literal) => literal.values.map(Number);
  if (narrow.operator === 'greaterThan') return Math.min(...bounds(narrow)) >= Math.min(...bounds(wide));
  if (narrow.operator === 'lessThan') return Math.max(...bounds(narrow)) <= Math.max(...bounds(wide));
  return isSubset(narrow.values, wide.values);
}

/** The two can never hold at once. False when it cannot be told. */
export function contradict(a: Literal, b: Literal): boolean {
  if (a.field !== b.field) return false;
  if (a.negated && b.negated) return false;
  if (!a.negated && !b.negated) return disjoint(a, b) || disjoint(b, a);
  const [positive, negative] = a.negated ? [b, a] : [a, b];
  if (negative.operator === 'isSet') return true;
  return positive.operator === negative.operator && sizeOr(positive, negative);
}

function disjoint(a: Literal, b: Literal): boolean {
  if (a.operator === 'greaterThan' && b.operator === 'lessThan') {
    return Math.max(...b.values.map(Number)) - Math.min(...a.values.map(Number)) <= 1;
  }
  const both = a.operator === 'equals' && b.operator === 'equals';
  return both && singleValued.includes(a.field) && !overlaps(a.values, b.values);
}
