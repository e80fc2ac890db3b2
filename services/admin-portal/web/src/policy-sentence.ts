// One plain sentence that sums a policy up.
import type { Filter, Policy } from '@gatehouse/contracts/policy';
import { operatorWord } from './filter-list.tsx';

function words(filter: Filter): string {
  if ('any' in filter) return `(${filter.any.map(words).join(' or ')})`;
  if ('all' in filter) return `(${filter.all.map(words).join(' and ')})`;
  if ('not' in filter) return `not ${words(filter.not)}`;
  return `${filter.field} ${operatorWord(filter.operator)} ${filter.values.join(' or ')}`.trim();
}

export function policySentence(policy: Policy): string {
  const files = policy.kind === 'SessionPolicy' ? policy.files : [];
  const rows = [...policy.activity, ...files].map(words);
  if (policy.kind === 'SessionPolicy' && policy.inspection !== undefined) {
    const { match, types } = policy.inspection;
    rows.push(`content holds ${types.map(({ id }) => id).join(match === 'all' ? ' and ' : ' or ')}`);
  }
  const when = rows.length === 0 ? 'For every activity of every app' : `When ${rows.join(' and ')}`;
  const { type, authnContext = [] } = policy.action;
  const to = type === 'stepUp' && authnContext.length > 0 ? ` to ${authnContext.join(' or ')}` : '';
  const { enabled, dailyLimit } = policy.alerts;
  return `${when}: ${type}${to}${enabled ? `, alert at most ${dailyLimit} a day` : ''}.`;
}
