// The same row, or the same value in a row, written twice: usually one of them was to be something else.
import type { Filter, Policy } from '@gatehouse/contracts/policy';
import { type Literal, literalsOf } from './literal.ts';
import type { Remark, Rule } from './rule.ts';

function repeatedRows(filters: readonly Filter[], part: string): Remark[] {
  const texts = filters.map((filter) => JSON.stringify(filter).toLowerCase());
  return texts.flatMap((text, at) => {
    const first = texts.indexOf(text);
    if (first === at) return [];
    const message = `This row is the same as ${part}[${first}].`;
    return [{ path: `${part}[${at}]`, message, remedy: 'Remove it, or write what it was to be.' }];
  });
}

function repeatedValues({ values, path }: Literal): Remark[] {
  const at = values.findIndex((value, index) => values.indexOf(value) !== index);
  if (at === -1) return [];
  const message = `The value "${values[at]}" stands here twice.`;
  return [{ path: `${path}.values[${at}]`, message, remedy: 'Remove it, or write what it was to be.' }];
}

const lists = (policy: Policy) => [
  ...repeatedRows(policy.activity, 'activity'),
  ...(policy.kind === 'SessionPolicy' ? repeatedRows(policy.files, 'files') : []),
];

export const duplicateRow: Rule = {
  id: 'duplicate-row',
  severity: 'warning',
  check: ({ policy }) => [...lists(policy), ...literalsOf(policy).flatMap(repeatedValues)],
};
