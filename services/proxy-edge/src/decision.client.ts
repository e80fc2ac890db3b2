// The PDP's answer, else the signed snapshot's, else the default behaviour. Anything broken blocks.
import type { App, Settings } from '@gatehouse/contracts/catalogue';
import {
  type DecisionAnswer,
  type DecisionRequest,
  decisionEvaluate,
  type FileFacts,
  type Verdict,
} from '@gatehouse/contracts/decision';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { Exchange } from './exchange.ts';
import type { SnapshotClient } from './snapshot.client.ts';

export type Decided = { readonly answer: DecisionAnswer; readonly cause?: string };

export class DecisionClient {
  private readonly messaging: Messaging;
  private readonly snapshot: SnapshotClient;
  private readonly log: Log;

  constructor(messaging: Messaging, snapshot: SnapshotClient, log: Log) {
    this.messaging = messaging;
    this.snapshot = snapshot;
    this.log = log;
  }

  async decide(request: DecisionRequest, app: App, settings: Settings): Promise<Decided> {
    try {
      const answer = await this.messaging.request(decisionEvaluate, request);
      if (answer.decisionId !== request.decisionId)
        return broken(request, 'the policy decision answered another question');
      return { answer };
    } catch (error) {
      const away = error instanceof MessagingError && (error.code === 'UNREACHABLE' || error.code === 'TIMEOUT');
      this.log.warn({ error, decisionId: request.decisionId }, 'policy decision failed');
      if (!away) return broken(request, 'the policy decision gave a broken answer');
    }
    const stale = this.snapshot.decide(request, Date.now());
    if (stale.type === 'decided') return { answer: stale.answer };
    if (stale.type === 'broken') return broken(request, 'the policy snapshot is broken');
    return unreachable(request, app.defaultBehaviour ?? settings.defaultBehaviour);
  }
}

/** The question about one activity of a session. */
export function decisionOf(
  exchange: Exchange,
  decisionId: string,
  activity: string,
  file?: FileFacts,
): DecisionRequest {
  const { session } = exchange.live;
  const { groups, deviceTags, certificateReason } = session;
  return {
    decisionId,
    scope: 'session',
    subject: {
      type: 'user',
      id: session.user,
      properties: { groups, deviceTags, ...(certificateReason ? { certificateReason } : {}) },
    },
    action: { name: activity },
    resource: {
      type: 'app',
      id: exchange.app.id,
      properties: { host: exchange.domain.host, ...(file ? { file } : {}) },
    },
    context: exchange.context,
  };
}

/** An answer that needs nothing more, made by the edge itself. */
export function defaultVerdict(
  decisionId: string,
  action: 'allow' | 'block',
  reason: Verdict['reason'],
): DecisionAnswer {
  const verdict: Verdict = { action, reason, dueToDefault: true, obligations: [], matched: [], reportOnly: [] };
  return { type: 'verdict', decisionId, verdict, trace: [], stale: false, snapshotVersion: 0, evaluationMs: 0 };
}

function broken(request: DecisionRequest, what: string): Decided {
  return {
    answer: defaultVerdict(request.decisionId, 'block', 'DEFAULT_BROKEN'),
    cause: `blocked due to default behaviour: ${what}`,
  };
}

function unreachable(request: DecisionRequest, behaviour: 'allow' | 'block'): Decided {
  const words = behaviour === 'block' ? 'blocked' : 'allowed';
  return {
    answer: defaultVerdict(request.decisionId, behaviour, 'DEFAULT_UNREACHABLE'),
    cause: `${words} due to default behaviour: the policy decision service is unreachable`,
  };
}
