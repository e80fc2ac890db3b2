// Checks filter rows and groups as they came in, so that every bad one is named by its own path.
import { type Operator, operators } from '@gatehouse/contracts/policy';
import { criteria, criterionOf } from './criteria/all.ts';
import type { Criterion, References, Scalar } from './criteria/criterion.ts';
import { quotedPhrase, words } from './match/text-match.ts';
import { polarity, takesValues } from './operators.ts';
import { isRecord, type Problem } from './problem.ts';

const maxDepth = 8;
const maxRows = 200;
const maxValues = 500;

type Place = { readonly part: 'activity' | 'files'; readonly references: References };

/** Every problem of the `activity` or `files` list of a policy. A missing list is empty. */
export function validateFilters(filters: unknown, part: Place['part'], references: References): Problem[] {
  if (filters === undefined) return [];
  if (!Array.isArray(filters)) return [{ field: part, message: 'must be a list of filters' }];
  if (hasTooMany(filters)) return [{ field: part, message: `has more than ${maxRows} filters, groups included` }];
  return filters.flatMap((filter, at) => validateFilter(filter, `${part}[${at}]`, 0, { part, references }));
}

// Counted before anything recurses over the filters; a loop that gives up early, since YAML aliases can make a
// short text stand for endlessly many filters.
function hasTooMany(filters: readonly unknown[]): boolean {
  const open = [...filters.slice(0, maxRows + 1)];
  for (let count = 0; open.length > 0; count += 1) {
    if (count > maxRows || open.length > maxRows) return true;
    const filter = open.pop();
    if (!isRecord(filter)) continue;
    for (const members of [filter.any, filter.all]) {
      if (Array.isArray(members)) open.push(...members.slice(0, maxRows + 1));
    }
    if (filter.not !== undefined) open.push(filter.not);
  }
  return false;
}

function validateFilter(filter: unknown, field: string, depth: number, place: Place): Problem[] {
  if (!isRecord(filter)) return [{ field, message: 'must be a filter row, or a group any, all or not' }];
  if (depth > maxDepth) return [{ field, message: `groups may be nested ${maxDepth} deep at most` }];
  const keys = Object.keys(filter);
  const group = (['any', 'all', 'not'] as const).find((key) => key in filter);
  if (group === undefined) return validateRow(filter, field, place);
  if (keys.length > 1)
    return [{ field, message: `a group has one key only: ${group}`, permitted: ['any', 'all', 'not'] }];
  const members = filter[group];
  if (group === 'not') return validateFilter(members, `${field}.not`, depth + 1, place);
  if (!Array.isArray(members) || members.length === 0) {
    return [{ field: `${field}.${group}`, message: 'must be a list with at least one filter' }];
  }
  return members.flatMap((member, at) => validateFilter(member, `${field}.${group}[${at}]`, depth + 1, place));
}

function validateRow(row: Readonly<Record<string, unknown>>, field: string, place: Place): Problem[] {
  const extra = Object.keys(row)
    .filter((key) => !['field', 'operator', 'values'].includes(key))
    .map((key) => ({
      field: `${field}.${key}`,
      message: 'is not part of a filter row',
      permitted: ['field', 'operator', 'values'],
    }));
  const criterion = typeof row.field === 'string' ? criterionOf(row.field) : undefined;
  if (criterion === undefined) {
    const permitted = criteria
      .filter((one) => one.part === 'activity' || place.part === 'files')
      .map((one) => one.field);
    return [
      ...extra,
      { field: `${field}.field`, message: `there is no filter field "${String(row.field ?? '')}"`, permitted },
    ];
  }
  if (criterion.part === 'files' && place.part === 'activity') {
    return [...extra, { field: `${field}.field`, message: `${criterion.field} is a file filter: put it under files` }];
  }
  return [
    ...extra,
    ...validateOperator(row, field, criterion),
    ...validateValues(row, field, criterion, place.references),
  ];
}

function validateOperator(row: Readonly<Record<string, unknown>>, field: string, criterion: Criterion): Problem[] {
  if (criterion.operators.some((operator) => operator === row.operator)) return [];
  const message = `${criterion.field} has no operator "${String(row.operator ?? '')}"`;
  return [{ field: `${field}.operator`, message, permitted: criterion.operators }];
}

function validateValues(
  row: Readonly<Record<string, unknown>>,
  field: string,
  criterion: Criterion,
  references: References,
): Problem[] {
  const operator = operators.find((one) => one === row.operator);
  const values = row.values ?? [];
  const place = `${field}.values`;
  if (!Array.isArray(values)) return [{ field: place, message: `must be a list: ${criterion.values}` }];
  if (operator !== undefined && !takesValues(operator)) {
    return values.length === 0 ? [] : [{ field: place, message: `${operator} takes no values` }];
  }
  if (values.length === 0) return [missingValues(place, criterion)];
  if (values.length > maxValues) return [{ field: place, message: `has more than ${maxValues} values` }];
  if (operator === undefined || !criterion.operators.includes(operator)) return [];
  return values.flatMap((value: unknown, at) => {
    const problem = validateValue(value, operator, criterion, references);
    return problem === undefined ? [] : [{ ...withPermitted(criterion), field: `${place}[${at}]`, message: problem }];
  });
}

const withPermitted = ({ permitted }: Criterion) => (permitted === undefined ? {} : { permitted });

function missingValues(field: string, criterion: Criterion): Problem {
  return { field, message: `needs at least one value: ${criterion.values}`, ...withPermitted(criterion) };
}

function validateValue(
  value: unknown,
  operator: Operator,
  criterion: Criterion,
  references: References,
): string | undefined {
  if (!['string', 'number', 'boolean'].includes(typeof value)) return `must be one of: ${criterion.values}`;
  const problem = criterion.check(value as Scalar, operator, references);
  if (problem !== undefined) return problem;
  const text = String(value);
  const wordless =
    polarity(operator).positive === 'contains' && quotedPhrase(text) === undefined && words(text).length === 0;
  return wordless ? 'must contain a word, or be in double quotes' : undefined;
}
