// A block whose only condition is what the client says about itself: whoever changes the user agent passes.
import { literalsOf } from './literal.ts';
import { type Rule, restricts } from './rule.ts';

const scope = ['app', 'activity.type'];
const forgeable = ['userAgent.raw', 'userAgent.tags', 'device.type', 'clientApp'];

/**
 * Sending native apps to the browser is no mistake: a client that pretends to be a browser is then controlled like
 * one, so nothing rests on its word (SPEC section 13, scenario 11).
 */
const sendsToBrowser = (kind: string, field: string, values: readonly string[]) =>
  kind === 'AccessPolicy' && (field === 'clientApp' || values.every((value) => /^native ?(client|app)$/u.test(value)));

export const restsOnUserAgent: Rule = {
  id: 'rests-on-user-agent',
  severity: 'warning',
  check: ({ policy }) => {
    if (!restricts(policy)) return [];
    const conditions = literalsOf(policy).filter(({ field }) => !scope.includes(field));
    const [first] = conditions;
    if (first === undefined || !conditions.every(({ field }) => forgeable.includes(field))) return [];
    if (conditions.every(({ field, values }) => sendsToBrowser(policy.kind, field, values))) return [];
    const message = `This ${policy.action.type} rests on the user agent alone, which every client can forge.`;
    return [{ path: first.path, message, remedy: 'Add a row on device tags, address or group.' }];
  },
};
