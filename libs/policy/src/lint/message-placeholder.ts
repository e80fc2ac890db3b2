// A placeholder that will stay empty or be shown as it is written.
import type { Policy } from '@gatehouse/contracts/policy';
import { placeholders, unknownPlaceholders } from '../placeholders.ts';
import type { Remark, Rule } from './rule.ts';

const names = placeholders.map((one) => one.slice(1, -1)).join('|');
const foreignStyle = new RegExp(`(\\$\\{?|%|<|\\[)(${names})\\b[}%>\\]]?`, 'iu');

const seesNoFile = (policy: Policy) => policy.kind === 'AccessPolicy' || policy.controlType === 'monitor';

export const messagePlaceholder: Rule = {
  id: 'message-placeholder',
  severity: 'error',
  check: ({ policy }) => {
    const text = policy.action.message ?? '';
    const remark = (message: string, remedy: string): Remark => ({ path: 'action.message', message, remedy });
    const foreign = foreignStyle.exec(text)?.[0];
    return [
      ...(seesNoFile(policy) && text.includes('{fileName}')
        ? [remark('{fileName} stays empty: this kind of policy sees no file.', 'Use {appName} instead.')]
        : []),
      ...(foreign === undefined
        ? []
        : [remark(`"${foreign}" is shown as it is written.`, `Write one of ${placeholders.join(', ')}.`)]),
      ...unknownPlaceholders(text).map((one) =>
        remark(`"${one}" is no placeholder.`, `Write one of ${placeholders.join(', ')}.`),
      ),
    ];
  },
};
