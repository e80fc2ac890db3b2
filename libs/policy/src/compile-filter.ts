// Turns filter rows and groups into functions of a request that also write down what each row saw.
import type { DecisionRequest, RowTrace } from '@gatehouse/contracts/decision';
import type { Filter, FilterRow } from '@gatehouse/contracts/policy';
import { type BrokenReferences, isBroken } from './broken-references.ts';
import { criterionOf } from './criteria/all.ts';
import type { Need, Reading, Scalar } from './criteria/criterion.ts';
import { polarity } from './operators.ts';
import { allOf, anyOf, certain, not, type Truth, unknown } from './truth.ts';

/** Evaluates one filter; rows are appended to the trace in the order they are written. */
export type CompiledFilter = (request: DecisionRequest, trace: RowTrace[]) => Truth;

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
  if ('any' in filter) return compileGroup(filter.any, place, anyOf);
  if ('all' in filter) return compileGroup(filter.all, place, allOf);
  if ('not' in filter) {
    const inner = compileFilter(filter.not, place);
    return (request, trace) => not(inner(request, trace));
  }
  return compileRow(filter, place);
}

function compileGroup(
  members: readonly Filter[],
  place: Place,
  join: (truths: readonly Truth[]) => Truth,
): CompiledFilter {
  const compiled = members.map((member) => compileFilter(member, place));
  // Every row is evaluated although one may decide: the trace shows all of them.
  return (request, trace) => join(compiled.map((member) => member(request, trace)));
}

function compileRow(row: FilterRow, place: Place): CompiledFilter {
  const criterion = criterionOf(row.field);
  if (!criterion?.operators.includes(row.operator)) {
    throw new UnreadableFilter(`no filter ${row.field} ${row.operator}`);
  }
  const { positive, negated } = polarity(row.operator);
  const values = row.values.filter((value) => !isBroken(place.broken, row.field, value));
  const gone = row.values.filter((value) => isBroken(place.broken, row.field, value));
  const matchers = positive === 'isSet' ? [] : values.map((value) => criterion.matcher(positive, value));
  const holds = (seen: readonly Scalar[]) =>
    positive === 'isSet' ? seen.length > 0 : seen.some((one) => matchers.some((matches) => matches(one)));
  const need = needOf(values);
  const allGone = gone.length > 0 && values.length === 0;
  return (request, trace) => {
    const reading = criterion.read(request);
    const positiveTruth = allGone
      ? unknown({ state: 'brokenReference' })
      : truthOf(reading, holds, need, gone.length > 0);
    const truth = negated ? not(positiveTruth) : positiveTruth;
    trace.push(traceRow(row, place.part, reading, truth, gone));
    return truth;
  };
}

/** A hit that is certain counts although the rest could not be scanned, or names something that is gone. */
function truthOf(
  reading: Reading,
  holds: (values: readonly Scalar[]) => boolean,
  need: (fact: Need['fact']) => Need,
  goneValues: boolean,
): Truth {
  if (reading.state !== 'pending' && holds(reading.values)) return certain(true);
  const open: Truth[] = goneValues ? [unknown({ state: 'brokenReference' })] : [];
  switch (reading.state) {
    case 'known':
      return anyOf(open);
    case 'pending':
      return anyOf([...open, unknown({ state: 'pending', need: need(reading.fact) })]);
    case 'unscannable':
      return anyOf([...open, unknown({ state: 'unscannable', reason: reading.reason })]);
  }
}

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
  const seen = reading.state === 'pending' ? [] : reading.values;
  const notes = [
    ...(reading.state === 'known' && reading.note !== undefined ? [reading.note] : []),
    ...(gone.length > 0 ? [`no longer exists: ${gone.join(', ')}`] : []),
  ];
  return {
    field: row.field,
    operator: row.operator,
    values: row.values,
    result: resultOf(reading, truth),
    satisfied: truth.value ?? null,
    seen: [...seen],
    part,
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  };
}

/** How a row is shown: an attribute that is missing says so, whichever way the row then counts. */
export function resultOf(reading: Reading, truth: Truth): RowTrace['result'] {
  if (truth.value === undefined) return truth.because.at(-1)?.state ?? 'pending';
  if (reading.state === 'known' && reading.values.length === 0) return 'absent';
  return truth.value ? 'hit' : 'miss';
}
