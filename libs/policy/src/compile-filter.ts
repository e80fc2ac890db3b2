// Turns filter rows and groups into functions of a request that also write down what each row saw.
import type { DecisionRequest, RowTrace } from '@gatehouse/contracts/decision';
import type { Filter, FilterRow } from '@gatehouse/contracts/policy';
import { criterionOf } from './criteria/all.ts';
import type { Need, Reading, Scalar } from './criteria/criterion.ts';
import { polarity } from './operators.ts';
import { allOf, anyOf, certain, not, type Truth, unknown } from './truth.ts';

/** Evaluates one filter; rows are appended to the trace in the order they are written. */
export type CompiledFilter = (request: DecisionRequest, trace: RowTrace[]) => Truth;

/** A stored filter this version cannot read. */
export class UnreadableFilter extends Error {
  readonly code = 'UNREADABLE_FILTER';
}

/**
 * Compiles a row or group.
 * @throws UnreadableFilter for a field or operator that does not exist.
 */
export function compileFilter(filter: Filter, part: RowTrace['part']): CompiledFilter {
  if ('any' in filter) return compileGroup(filter.any, part, anyOf);
  if ('all' in filter) return compileGroup(filter.all, part, allOf);
  if ('not' in filter) {
    const inner = compileFilter(filter.not, part);
    return (request, trace) => not(inner(request, trace));
  }
  return compileRow(filter, part);
}

function compileGroup(
  members: readonly Filter[],
  part: RowTrace['part'],
  join: (truths: readonly Truth[]) => Truth,
): CompiledFilter {
  const compiled = members.map((member) => compileFilter(member, part));
  // Every row is evaluated although one may decide: the trace shows all of them.
  return (request, trace) => join(compiled.map((member) => member(request, trace)));
}

function compileRow(row: FilterRow, part: RowTrace['part']): CompiledFilter {
  const criterion = criterionOf(row.field);
  if (!criterion?.operators.includes(row.operator)) {
    throw new UnreadableFilter(`no filter ${row.field} ${row.operator}`);
  }
  const { positive, negated } = polarity(row.operator);
  const matchers = positive === 'isSet' ? [] : row.values.map((value) => criterion.matcher(positive, value));
  const holds = (values: readonly Scalar[]) =>
    positive === 'isSet' ? values.length > 0 : values.some((seen) => matchers.some((matches) => matches(seen)));
  return (request, trace) => {
    const reading = criterion.read(request);
    const positiveTruth = truthOf(reading, holds, needOf(row));
    const truth = negated ? not(positiveTruth) : positiveTruth;
    trace.push(traceRow(row, part, reading, truth));
    return truth;
  };
}

/** A hit already found counts although the rest could not be scanned. */
function truthOf(
  reading: Reading,
  holds: (values: readonly Scalar[]) => boolean,
  need: (fact: Need['fact']) => Need,
): Truth {
  switch (reading.state) {
    case 'known':
      return certain(holds(reading.values));
    case 'pending':
      return unknown({ state: 'pending', need: need(reading.fact) });
    case 'unscannable':
      return holds(reading.values) ? certain(true) : unknown({ state: 'unscannable', reason: reading.reason });
  }
}

function needOf(row: FilterRow): (fact: Need['fact']) => Need {
  return (fact) => (fact === 'content' ? { fact, types: row.values.map(String), source: 'content' } : { fact });
}

function traceRow(row: FilterRow, part: RowTrace['part'], reading: Reading, truth: Truth): RowTrace {
  const seen = reading.state === 'pending' ? [] : reading.values;
  const note = reading.state === 'known' ? reading.note : undefined;
  return {
    field: row.field,
    operator: row.operator,
    values: row.values,
    result: resultOf(reading, truth),
    satisfied: truth.value ?? null,
    seen: [...seen],
    part,
    ...(note === undefined ? {} : { note }),
  };
}

/** How a row is shown: an attribute that is missing says so, whichever way the row then counts. */
export function resultOf(reading: Reading, truth: Truth): RowTrace['result'] {
  if (truth.value === undefined) return reading.state === 'pending' ? 'pending' : 'unscannable';
  if (reading.state === 'known' && reading.values.length === 0) return 'absent';
  return truth.value ? 'hit' : 'miss';
}
