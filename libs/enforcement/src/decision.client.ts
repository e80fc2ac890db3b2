// The PDP's answer, else the signed snapshot's, else the default behaviour. Anything broken blocks (SPEC section 11).
import type { App, Settings } from '@gatehouse/contracts/catalogue';
import {
  type DecisionAnswer,
  type DecisionRequest,
  decisionEvaluate,
  type Verdict,
} from '@gatehouse/contracts/decision';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { SnapshotClient } from './snapshot.client.ts';

/** An answer, and in words for people why it is not the PDP's. */
export type Decided = { readonly answer: DecisionAnswer; readonly cause?: string };

/** Whose default behaviour holds while nobody answers, and the time in milliseconds since the epoch. */
export type Circumstances = {
  readonly app: Pick<App, 'defaultBehaviour'>;
  readonly settings: Pick<Settings, 'defaultBehaviour'>;
  readonly now: number;
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

  /** Never throws. A `needs` is handed on: the caller learns and asks again, or calls it {@link broken}. */
  async decide(request: DecisionRequest, circumstances: Circumstances): Promise<Decided> {
    const { decisionId } = request;
    try {
      const answer = await this.messaging.request(decisionEvaluate, request);
      if (answer.decisionId === decisionId) return { answer };
      this.log.error({ decisionId }, 'the policy decision answered another question');
      return broken(decisionId, 'the policy decision answered another question');
    } catch (error) {
      if (!isAway(error)) {
        this.log.error({ error, decisionId }, 'the policy decision is broken');
        return broken(decisionId, 'the policy decision gave a broken answer');
      }
      this.log.warn({ error, decisionId }, 'the policy decision service does not answer');
      return this.decideAlone(request, circumstances);
    }
  }

  private decideAlone(request: DecisionRequest, { app, settings, now }: Circumstances): Decided {
    const snapshot = this.snapshot.decide(request, now);
    switch (snapshot.type) {
      case 'decided':
        return { answer: snapshot.answer };
      case 'broken':
        return broken(request.decisionId, 'the policy snapshot is broken');
      case 'none':
        return unreachable(request.decisionId, app.defaultBehaviour ?? settings.defaultBehaviour);
    }
  }
}

/** The block that stands for an answer nobody can rely on; `what` says in words what is wrong with it. */
export function broken(decisionId: string, what: string): Decided {
  const answer = defaultAnswer(decisionId, 'block', 'DEFAULT_BROKEN');
  return { answer, cause: `blocked due to default behaviour: ${what}` };
}

function unreachable(decisionId: string, behaviour: 'allow' | 'block'): Decided {
  const words = behaviour === 'block' ? 'blocked' : 'allowed';
  return {
    answer: defaultAnswer(decisionId, behaviour, 'DEFAULT_UNREACHABLE'),
    cause: `${words} due to default behaviour: the policy decision service is unreachable`,
  };
}

function defaultAnswer(decisionId: string, action: 'allow' | 'block', reason: Verdict['reason']): DecisionAnswer {
  const verdict: Verdict = { action, reason, dueToDefault: true, obligations: [], matched: [], reportOnly: [] };
  return { type: 'verdict', decisionId, verdict, trace: [], stale: false, snapshotVersion: 0, evaluationMs: 0 };
}

function isAway(error: unknown): boolean {
  return error instanceof MessagingError && (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT');
}
