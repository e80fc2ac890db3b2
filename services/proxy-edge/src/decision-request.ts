import type { DecisionRequest, FileFacts } from '@gatehouse/contracts/decision';
import type { Exchange } from './exchange.ts';

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
      properties: { host: exchange.domain.host, strictMode: exchange.app.strictMode, ...(file ? { file } : {}) },
    },
    context: exchange.context,
  };
}
