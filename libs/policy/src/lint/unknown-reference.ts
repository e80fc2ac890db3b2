// Names of things that do not exist or are switched off: the row then means something else than it says.
import { builtInIpTags } from '@gatehouse/contracts/vocabulary';
import { fold } from '../match/text-match.ts';
import { type Literal, literalsOf } from './literal.ts';
import type { LintFacts, Remark, Rule } from './rule.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;
type Look = (value: string, facts: LintFacts) => string | undefined;

const missing = (list: readonly string[] | undefined, value: string, what: string) =>
  list === undefined || list.some((one) => fold(one) === value) ? undefined : `There is no ${what} "${value}".`;

/** What is wrong with a value of a field. */
const looks: Readonly<Record<string, Look>> = {
  app: (value, { apps }) => {
    const disabled = apps?.some(({ id, enabled }) => fold(id) === value && !enabled);
    if (disabled) return `The app "${value}" is disabled, so nothing of it passes the proxy.`;
    return missing(
      apps?.map(({ id }) => id),
      value,
      'app',
    );
  },
  'ip.tags': (value, { ipRanges }) =>
    missing(ipRanges && [...builtInIpTags, ...ipRanges.flatMap(({ tags }) => tags)], value, 'IP range with the tag'),
  'ip.category': (value, { ipRanges }) =>
    missing(
      ipRanges?.map(({ category }) => category),
      value,
      'IP range of the category',
    ),
  'file.label': (value, { labels }) =>
    guid.test(value) || value === 'unreadable' ? undefined : missing(labels, value, 'label'),
  'file.content': (value, { types }) => missing(types, value, 'sensitive information type'),
};

function remarks({ field, values, path }: Literal, facts: LintFacts): Remark[] {
  const look = looks[field];
  if (look === undefined) return [];
  const found = values.map((value) => look(value, facts));
  // Of several categories, one that is in use is enough.
  if (field === 'ip.category' && found.includes(undefined)) return [];
  return found.flatMap((message, at) =>
    message === undefined
      ? []
      : [
          {
            path: `${path}.values[${at}]`,
            message,
            remedy: 'Correct the name, create what it names, or remove the value.',
          },
        ],
  );
}

export const unknownReference: Rule = {
  id: 'unknown-reference',
  severity: 'error',
  check: ({ policy }, _, facts) => {
    const rows = literalsOf(policy).flatMap((literal) => remarks(literal, facts));
    const { type, label } = policy.action;
    const message = type === 'protect' && label ? missing(facts.labels, fold(label), 'label') : undefined;
    const action = message === undefined ? [] : [{ path: 'action.label', message, remedy: 'Choose a label there is.' }];
    return [...rows, ...action];
  },
};
