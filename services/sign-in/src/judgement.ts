// May a user begin a session: the access decision as sign-in needs it.
import { randomUUID } from 'node:crypto';
import type { App, Settings } from '@gatehouse/contracts/catalogue';
import type { DecisionContext, DecisionRequest, PolicyTrace, Verdict } from '@gatehouse/contracts/decision';
import { broken, type DecisionClient } from '@gatehouse/enforcement/decision.client';
import type { Identity } from './identity.ts';

export type Judgement = {
  readonly allowed: boolean;
  readonly verdict: Verdict;
  readonly trace: readonly PolicyTrace[];
  readonly stale: boolean;
  readonly cause?: string;
};
type Subject = Pick<Identity, 'user' | 'groups' | 'deviceTags' | 'device'>;
export type Question = {
  readonly subject: Subject;
  readonly app: App;
  readonly host: string;
  readonly context: DecisionContext;
};

/** How decisions are made, and what holds while nobody makes them. */
type Decisions = Pick<DecisionClient, 'decide'>;
type Moment = { readonly catalogue: { readonly settings: Settings }; readonly now: number };

/** May this user begin a session? Never throws. */
export async function judge(decisions: Decisions, question: Question, moment: Moment): Promise<Judgement> {
  const { catalogue, now } = moment;
  const { app } = question;
  const request = requestOf(question);
  const decided = await decisions.decide(request, { app, settings: catalogue.settings, now });
  // Access policies know all their facts, so a `needs` is a fault.
  const { answer, cause } = decided.answer.type === 'verdict' ? decided : broken(request.decisionId, 'no verdict came');
  if (answer.type !== 'verdict') throw new Error('the answer that blocks is a verdict');
  const { verdict, trace, stale } = answer;
  const why = cause ?? (verdict.dueToDefault ? `${verdict.action} due to default behaviour` : undefined);
  return { allowed: verdict.action === 'allow', verdict, trace, stale, ...(why ? { cause: why } : {}) };
}

/**
 * The policies that block this client whoever the user is: matched, blocking, every row about the request and at
 * least one about the client. Undefined if there is none or nobody answers; the real judgement comes after the login.
 */
export async function judgeUnknownUser(
  decisions: Decisions,
  question: Omit<Question, 'subject'>,
  moment: Moment,
): Promise<Judgement | undefined> {
  const judgement = await judge(decisions, { ...question, subject: { user: '', groups: [], deviceTags: [] } }, moment);
  return !judgement.allowed && judgement.trace.some(blocksAnyUser) ? judgement : undefined;
}

/** Whether one of the blocking policies rests on the client, so that a browser would help. */
export function restsOnClientApp(judgement: Judgement): boolean {
  return judgement.trace.some((policy) => isBlocking(policy) && policy.rows.some(sawNativeClient));
}

function requestOf(question: Question): DecisionRequest {
  const { user: id, groups, deviceTags, device } = question.subject;
  const certificate = device?.type === 'refused' ? { certificateReason: device.reason } : {};
  return {
    decisionId: randomUUID(),
    scope: 'access',
    subject: { type: 'user', id, properties: { groups, deviceTags, ...certificate } },
    action: { name: 'login' },
    resource: { type: 'app', id: question.app.id, properties: { host: question.host } },
    context: question.context,
  };
}

function isBlocking(policy: PolicyTrace): boolean {
  return policy.state === 'enabled' && policy.outcome === 'matched' && policy.action === 'block';
}

function isClientRow(row: PolicyTrace['rows'][number]): boolean {
  return row.field === 'clientApp' || row.field.startsWith('userAgent.');
}

function sawNativeClient({ satisfied, seen }: PolicyTrace['rows'][number]): boolean {
  return satisfied === true && (seen.includes('mobileDesktop') || seen.includes('nativeClient'));
}

function blocksAnyUser(policy: PolicyTrace): boolean {
  const restsOnUser = policy.rows.some((row) => row.field.startsWith('user.') || row.field === 'device.tags');
  return isBlocking(policy) && !restsOnUser && policy.rows.some(isClientRow);
}
