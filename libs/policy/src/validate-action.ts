// Which action a kind of policy may take, and what the action then needs.

import { type ActionType, actionTypes } from '@gatehouse/contracts/vocabulary';
import { unavailability } from './available.ts';
import type { References } from './criteria/criterion.ts';
import { placeholders, unknownPlaceholders } from './placeholders.ts';
import { isRecord, type Problem } from './problem.ts';

type Written = Readonly<Record<string, unknown>>;

/** Problems of `action` that depend on the kind of policy; its shape is checked elsewhere. */
export function validateAction(policy: Written, references: References): Problem[] {
  const { action } = policy;
  if (!isRecord(action)) return [];
  const type = actionTypes.find((one) => one === action.type);
  const typeProblems = type === undefined ? [] : validateType(type, policy);
  const labelProblems = type === 'protect' ? validateLabel(action.label, references) : [];
  const message = typeof action.message === 'string' ? validateMessage(action.message) : [];
  const contextProblems = type === 'stepUp' ? validateContexts(action.authnContext) : [];
  return [...typeProblems, ...labelProblems, ...contextProblems, ...message];
}

/** Problems of a message template wherever one is written (policy, organisation default). */
export function validateMessage(message: string, field = 'action.message'): Problem[] {
  const unknown = unknownPlaceholders(message);
  if (unknown.length === 0) return [];
  return [{ field, message: `unknown placeholder ${unknown.join(', ')}`, permitted: placeholders }];
}

function validateType(type: ActionType, policy: Written): Problem[] {
  const field = 'action.type';
  const permitted = permittedActions(policy).filter((one) => unavailability(one) === undefined);
  if (!permittedActions(policy).includes(type)) {
    return [{ field, message: `${type} is not possible in ${kindInWords(policy)}`, permitted }];
  }
  const unavailable = unavailability(type);
  return unavailable === undefined ? [] : [{ field, message: unavailable, permitted }];
}

function permittedActions(policy: Written): readonly ActionType[] {
  if (policy.kind === 'AccessPolicy') return ['block', 'allow'];
  return policy.controlType === 'monitor' ? ['allow'] : actionTypes;
}

function kindInWords(policy: Written): string {
  return policy.kind === 'AccessPolicy'
    ? 'an access policy'
    : `a session policy of control type ${String(policy.controlType)}`;
}

function validateLabel(label: unknown, { labels }: References): Problem[] {
  const field = 'action.label';
  if (typeof label !== 'string' || label === '') return [{ field, message: 'protect needs a label with protection' }];
  const exists = labels === undefined || labels.includes(label);
  return exists ? [] : [{ field, message: `there is no label "${label}"`, permitted: labels }];
}

/** OpenID Connect lists contexts separated by spaces (Core 3.1.2.1), so that none may hold one. */
function validateContexts(contexts: unknown): Problem[] {
  const field = 'action.authnContext';
  if (!Array.isArray(contexts) || contexts.length === 0) {
    return [{ field, message: 'step-up needs at least one authentication context, like mfa' }];
  }
  return contexts.flatMap((context, at) =>
    typeof context === 'string' && !/^[\x21-\x7e]{1,200}$/.test(context)
      ? [{ field: `${field}[${at}]`, message: 'an authentication context is 1 to 200 visible characters, no space' }]
      : [],
  );
}
