// Turns filter rows and groups into functions of a request: what they say, and what each row saw.
import type { RowLogic, RowTrace } from '@gatehouse/contracts/decision';
import type { Filter, FilterRow } from '@gatehouse/contracts/policy';
import { type BrokenReferences, isBroken } from './broken-references.ts';
import { criteria, criterionOf } from './criteria/all.ts';
import type { Need, Reading, Scalar } from './criteria/criterion.ts';
import type { Facts } from './facts.ts';
import type { Seen, Test } from './match/seen.ts';
import { polarity } from './operators.ts';
import { allOf, anyOf, certain, not, type Truth, unknown } from './truth.ts';

export type CompiledFilter = {
  /** What the filter says of a request; stops at the first row that decides. */
  readonly judge: (facts: Facts) => Truth;
  /** Appends every row as it is written, also those that need not have been looked at; says how they hang together. */
  readonly trace: (facts: Facts, rows: RowTrace[]) => RowLogic;
};

/** Where a filter stands, and which values of its policy name something that is gone. */
export type Place = { readonly part: RowTrace['part']; readonly broken: BrokenReferences };

/** A stored filter this version cannot read. */
export class UnreadableFilter extends Error {
  readonly code = 'UNREADABLE_FILTER';
}

/**
 * Compiles a row or group.
 * @throws UnreadableFilter for a field or operator that does not exist.
 */
export function compileFilter(filter: Filter, place: Place): CompiledFilter {
  if ('any' in filter) return compileGroup('any', filter.any, place);
  if ('all' in filter) return compileGroup('all', filter.all, place);
  if ('not' in filter) return compileNot(compileFilter(filter.not, place));
  return compileRow(filter, place);
}

function compileGroup(kind: 'any' | 'all', members: readonly Filter[], place: Place): CompiledFilter {
  const compiled = members.map((member) => compileFilter(member, place));
  const join = kind === 'any' ? anyOf : allOf;
  return {
    judge: (facts) => join(compiled, (member) => member.judge(facts)),
    trace: (facts, rows) => {
      const logic = compiled.map((member) => member.trace(facts, rows));
      return kind === 'any' ? { any: logic } : { all: logic };
    },
  };
}

function compileNot(inner: CompiledFilter): CompiledFilter {
  return {
    judge: (facts) => not(inner.judge(facts)),
    trace: (facts, rows) => ({ not: inner.trace(facts, rows) }),
  };
}

function compileRow(row: FilterRow, { part, broken }: Place): CompiledFilter {
  const criterion = criterionOf(row.field);
  if (!criterion?.operators.includes(row.operator)) {
    throw new UnreadableFilter(`no filter ${row.field} ${row.operator}`);
  }
  const at = criteria.indexOf(criterion);
  const { positive, negated } = polarity(row.operator);
  const gone = row.values.filter((value) => isBroken(broken, row.field, value));
  const values = row.values.filter((value) => !gone.includes(value));
  const test: Test = positive === 'isSet' ? (seen) => seen.values.length > 0 : criterion.test(positive, values);
  const judgePositive = judgeWith(test, values, gone);
  const judge = (facts: Facts) => (negated ? not(judgePositive(facts.at(at))) : judgePositive(facts.at(at)));
  return {
    judge,
    trace: (facts, rows) => rows.push(traceRow(row, part, facts.at(at).reading, judge(facts), gone)) - 1,
  };
}

/** A hit that is certain counts although the rest could not be scanned, or names something that is gone. */
function judgeWith(test: Test, values: readonly Scalar[], gone: readonly Scalar[]): (seen: Seen) => Truth {
  const need = needOf(values);
  const lost: readonly Truth[] = gone.length > 0 ? [unknown({ state: 'brokenReference' })] : [];
  // Nothing is learned for a row that could not be judged even then.
  if (lost[0] !== undefined && values.length === 0) return () => lost[0]!;
  return (seen) => {
    if (test(seen)) return certain(true);
    const { reading } = seen;
    switch (reading.state) {
      case 'known':
        return lost[0] ?? certain(false);
      case 'pending':
        return either(lost, unknown({ state: 'pending', need: need(reading.fact) }));
      case 'unscannable':
        return either(lost, unknown({ state: 'unscannable', reason: reading.reason }));
    }
  };
}

const either = (lost: readonly Truth[], open: Truth) => anyOf([...lost, open], (truth) => truth);

function needOf(values: readonly Scalar[]): (fact: Need['fact']) => Need {
  return (fact) => (fact === 'content' ? { fact, types: values.map(String), source: 'content' } : { fact });
}

function traceRow(
  row: FilterRow,
  part: RowTrace['part'],
  reading: Reading,
  truth: Truth,
  gone: readonly Scalar[],
): RowTrace {
  const trace: RowTrace = {
    field: row.field,
    operator: row.operator,
    values: row.values,
    result: resultOf(reading, truth),
    satisfied: truth.value ?? null,
    seen: reading.state === 'pending' ? [] : reading.values.slice(),
    part,
  };
  const note = noteOf(reading, gone);
  if (note !== undefined) trace.note = note;
  return trace;
}

function noteOf(reading: Reading, gone: readonly Scalar[]): string | undefined {
  const told = reading.state === 'known' ? reading.note : undefined;
  if (gone.length === 0) return told;
  const missing = `no longer exists: ${gone.join(', ')}`;
  return told === undefined ? missing : `${told}; ${missing}`;
}

/** How a row is shown: an attribute that is missing says so, whichever way the row then counts. */
export function resultOf(reading: Reading, truth: Truth): RowTrace['result'] {
  if (truth.value === undefined) return truth.because.at(-1)?.state ?? 'pending';
  if (reading.state === 'known' && reading.values.length === 0) return 'absent';
  return truth.value ? 'hit' : 'miss';
}
