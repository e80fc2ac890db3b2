import { describe, expect, it } from 'vitest';
import {
  allOf as allOfMembers,
  anyOf as anyOfMembers,
  certain,
  not,
  type Truth,
  type Unknown,
  unknown,
} from './truth.ts';

const size: Unknown = { state: 'pending', need: { fact: 'size' } };
const label: Unknown = { state: 'pending', need: { fact: 'label' } };
const allOf = (truths: readonly Truth[]) => allOfMembers(truths, (truth) => truth);
const anyOf = (truths: readonly Truth[]) => anyOfMembers(truths, (truth) => truth);
const yes = certain(true);
const no = certain(false);
const maybe = unknown(size);

describe('Kleene logic', () => {
  it.each<[string, Truth, boolean | undefined]>([
    ['true and true', allOf([yes, yes]), true],
    ['true and unknown', allOf([yes, maybe]), undefined],
    ['false and unknown', allOf([maybe, no]), false],
    ['no conjuncts', allOf([]), true],
    ['true or unknown', anyOf([maybe, yes]), true],
    ['false or unknown', anyOf([no, maybe]), undefined],
    ['false or false', anyOf([no, no]), false],
    ['no disjuncts', anyOf([]), false],
    ['not true', not(yes), false],
    ['not false', not(no), true],
    ['not unknown', not(maybe), undefined],
  ])('%s', (_, truth, value) => expect(truth.value).toBe(value));

  it('names only unknowns that still matter', () => {
    const settled = anyOf([yes, unknown(label)]);
    expect(allOf([settled, maybe]).because).toEqual([size]);
    expect(allOf([no, maybe]).because).toEqual([]);
    expect(not(anyOf([maybe, unknown(label)])).because).toEqual([size, label]);
  });
});
