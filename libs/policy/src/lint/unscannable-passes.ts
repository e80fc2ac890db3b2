// What cannot be read would leave in the clear although the policy was to protect or block it.
import type { SessionPolicy, Unscannable } from '@gatehouse/contracts/policy';
import { literalsOf } from './literal.ts';
import { type Rule, restricts } from './rule.ts';

const readsFile = (policy: SessionPolicy) =>
  literalsOf(policy).some(({ field }) => ['inspection', 'file.content', 'file.malware', 'file.label'].includes(field));

/** Corrupt and unsupported files pass by default; only protect promises that nothing leaves unprotected. */
const defaults: readonly (keyof Unscannable)[] = ['corrupt', 'unsupportedType'];

export const unscannablePasses: Rule = {
  id: 'unscannable-passes',
  severity: 'warning',
  check: ({ policy }) => {
    if (policy.kind !== 'SessionPolicy' || !restricts(policy) || !readsFile(policy)) return [];
    const protects = policy.action.type === 'protect';
    const cells = Object.keys(policy.unscannable) as (keyof Unscannable)[];
    return cells
      .filter((cell) => policy.unscannable[cell] === 'allowAndAlert' && (protects || !defaults.includes(cell)))
      .map((cell) => ({
        path: `unscannable.${cell}`,
        message: `A file that cannot be read (${cell}) leaves ${protects ? 'unprotected' : 'unchecked'}.`,
        remedy: 'Choose applyAction or block for this reason.',
      }));
  },
};
