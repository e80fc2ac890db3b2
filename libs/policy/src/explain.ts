// A policy as one plain sentence, with the deciding words in Markdown bold.
import type { Filter, FilterRow, Inspection, Operator, Policy } from '@gatehouse/contracts/policy';
import { deviceTags } from '@gatehouse/contracts/vocabulary';

const operatorWords: Readonly<Record<Operator, string>> = {
  equals: 'is',
  doesNotEqual: 'is not',
  contains: 'contains',
  doesNotContain: 'does not contain',
  startsWith: 'starts with',
  endsWith: 'ends with',
  inRange: 'is in range',
  greaterThan: 'is more than',
  lessThan: 'is less than',
  isSet: 'is known',
  isNotSet: 'is not known',
};

const stateWords = {
  enabled: '',
  reportOnly: ' Report only: recorded, not enforced.',
  disabled: ' Disabled.',
} as const;

/**
 * Says what a policy does: `When **unmanaged** devices download **.xls** from **files**: **block**.` Names and values
 * are as written: escape before showing the text as HTML.
 */
export function explainPolicy(policy: Policy): string {
  const rows = policy.activity.filter((filter): filter is FilterRow => 'field' in filter);
  const app = rows.find((row) => row.field === 'app' && row.operator === 'equals');
  const activity = rows.find((row) => row.field === 'activity.type' && row.operator === 'equals');
  const who = rows.filter((row) => subjectWords(row) !== undefined);
  const files = policy.kind === 'SessionPolicy' ? policy.files : [];
  const extension = files.find((filter): filter is FilterRow => 'field' in filter && isExtension(filter));
  const spoken = new Set<Filter | undefined>([app, activity, extension, ...who]);
  const conditions = [...policy.activity, ...files].filter((filter) => !spoken.has(filter)).map(filterWords);
  if (policy.kind === 'SessionPolicy' && policy.inspection) conditions.push(inspectionWords(policy.inspection));

  const subject = who.length > 0 ? who.map(subjectWords).join(' and ') : 'users';
  const what = extension ? ` ${list(extension.values.map(withDot))}` : '';
  const place = `${preposition(policy)} ${app ? list(app.values) : 'any app'}`;
  const only = conditions.length > 0 ? `, if ${conditions.join(' and ')}` : '';
  return `When ${subject} ${verb(policy, activity)}${what} ${place}${only}: ${outcome(policy)}.${stateWords[policy.state]}`;
}

const isExtension = (row: FilterRow) => row.field === 'file.extension' && row.operator === 'equals';
const withDot = (value: string | number | boolean) => `.${String(value).replace(/^\./u, '')}`;
const list = (values: FilterRow['values']) => values.map((value) => `**${value}**`).join(' or ');

function subjectWords(row: FilterRow): string | undefined {
  if (row.field === 'user.group' && row.operator === 'equals') return `members of ${list(row.values)}`;
  if (row.field === 'user.name' && row.operator === 'equals') return `users named ${list(row.values)}`;
  if (row.field !== 'device.tags' || row.operator !== 'doesNotEqual') return undefined;
  const all = deviceTags.every((tag) => row.values.includes(tag));
  return all ? '**unmanaged** devices' : undefined;
}

function verb(policy: Policy, activity: FilterRow | undefined): string {
  if (policy.kind === 'AccessPolicy') return 'sign in';
  if (policy.controlType === 'monitorAndControlDownload') return 'download';
  return activity ? `do ${list(activity.values)}` : 'do anything';
}

function preposition(policy: Policy): string {
  if (policy.kind === 'AccessPolicy') return 'to';
  return policy.controlType === 'monitor' ? 'in' : 'from';
}

function filterWords(filter: Filter): string {
  if ('any' in filter) return `(${filter.any.map(filterWords).join(' or ')})`;
  if ('all' in filter) return `(${filter.all.map(filterWords).join(' and ')})`;
  if ('not' in filter) return `not (${filterWords(filter.not)})`;
  return [filter.field, operatorWords[filter.operator], list(filter.values)].filter((word) => word !== '').join(' ');
}

function inspectionWords({ source, match, types, exclude }: Inspection): string {
  const wanted = types
    .map(({ id, minInstances }) => `**${id}**${minInstances > 1 ? ` (at least ${minInstances})` : ''}`)
    .join(match === 'all' ? ' and ' : ' or ');
  const unless = exclude.length > 0 ? ` unless it has ${list(exclude)}` : '';
  return `the ${source === 'fileName' ? 'file name' : 'content'} has ${wanted}${unless}`;
}

function outcome({ action, alerts }: Policy): string {
  const { type, label, authnContext = [] } = action;
  const by = type === 'protect' && label ? ` with **${label}**` : '';
  const to = type === 'stepUp' && authnContext.length > 0 ? ` to ${list(authnContext)}` : '';
  return `**${type}**${by}${to}${alerts.enabled ? ' and alert' : ''}`;
}
