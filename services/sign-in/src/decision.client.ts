// The access decision: the PDP's, else the signed snapshot's, else the default behaviour. Anything broken blocks.
import { randomUUID } from 'node:crypto';
import type { App, Settings } from '@gatehouse/contracts/catalogue';
import {
  type DecisionAnswer,
  type DecisionContext,
  type DecisionRequest,
  decisionEvaluate,
  type PolicyTrace,
  type Verdict,
} from '@gatehouse/contracts/decision';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { Identity } from './identity.ts';
import type { SnapshotClient } from './snapshot.client.ts';

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

export class DecisionClient {
  private readonly messaging: Pick<Messaging, 'request'>;
  private readonly snapshot: Pick<SnapshotClient, 'decide'>;
  private readonly log: Pick<Log, 'error' | 'warn'>;
  constructor(
    messaging: Pick<Messaging, 'request'>,
    snapshot: Pick<SnapshotClient, 'decide'>,
    log: Pick<Log, 'error' | 'warn'>,
  ) {
    this.messaging = messaging;
    this.snapshot = snapshot;
    this.log = log;
  }

  /** May this user begin a session? Never throws. */
  async judge(question: Question, settings: Settings, now: number): Promise<Judgement> {
    const request = requestOf(question);
    try {
      return judgementOf(request, await this.messaging.request(decisionEvaluate, request));
    } catch (error) {
      if (!isUnreachable(error)) {
        this.log.error({ error }, 'the access decision is broken');
        return broken('the decision could not be read');
      }
      this.log.warn({ error }, 'the decision service does not answer');
      return this.judgeAlone(request, question.app, settings, now);
    }
  }

  /**
   * The policies that block this client whoever the user is: matched, blocking, every row about the request and at
   * least one about the client. Undefined if there is none or nobody answers; the real judgement comes after the login.
   */
  async judgeUnknownUser(question: Omit<Question, 'subject'>): Promise<Judgement | undefined> {
    const request = requestOf({ ...question, subject: { user: '', groups: [], deviceTags: [] } });
    try {
      const judgement = judgementOf(request, await this.messaging.request(decisionEvaluate, request));
      return !judgement.allowed && judgement.trace.some(blocksAnyUser) ? judgement : undefined;
    } catch (error) {
      this.log.warn({ error }, 'no early decision about the client');
      return undefined;
    }
  }

  private judgeAlone(request: DecisionRequest, app: App, settings: Settings, now: number): Judgement {
    const snapshot = this.snapshot.decide(request, now);
    if (snapshot.type === 'decided') return judgementOf(request, snapshot.answer);
    if (snapshot.type === 'broken') return broken('the policy snapshot is not valid');
    const behaviour = app.defaultBehaviour ?? settings.defaultBehaviour;
    const words = behaviour === 'allow' ? 'allowed' : 'blocked';
    return {
      allowed: behaviour === 'allow',
      verdict: emptyVerdict(behaviour, 'DEFAULT_UNREACHABLE'),
      trace: [],
      stale: false,
      cause: `${words} due to default behaviour: the decision service did not answer`,
    };
  }
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

function judgementOf(request: DecisionRequest, answer: DecisionAnswer): Judgement {
  // Access policies know all their facts, so a `needs` or an answer to another question is a fault.
  if (answer.type !== 'verdict' || answer.decisionId !== request.decisionId) return broken('the answer does not fit');
  const { verdict, trace, stale } = answer;
  const cause = verdict.dueToDefault ? { cause: `${verdict.action} due to default behaviour` } : {};
  return { allowed: verdict.action === 'allow', verdict, trace, stale, ...cause };
}

function broken(cause: string): Judgement {
  const verdict = emptyVerdict('block', 'DEFAULT_BROKEN');
  return { allowed: false, verdict, trace: [], stale: false, cause: `blocked due to default behaviour: ${cause}` };
}

function emptyVerdict(action: 'allow' | 'block', reason: Verdict['reason']): Verdict {
  return { action, reason, dueToDefault: true, obligations: [], matched: [], reportOnly: [] };
}

function isUnreachable(error: unknown): boolean {
  return error instanceof MessagingError && (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT');
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
