// Asks the policies about access once more, at every open: only a clear "allow" opens.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Catalogue, catalogueBucket } from '@gatehouse/contracts/catalogue';
import { type DecisionContext, decisionEvaluate } from '@gatehouse/contracts/decision';
import { createIpFacts, normalAddress } from '@gatehouse/facts/ip-facts';
import { userAgentFacts } from '@gatehouse/facts/user-agent-facts';
import type { Messaging } from '@gatehouse/messaging/messaging';
import type { FileRecord, Subject } from './open-check.ts';

export type AccessContext = { readonly ip: string; readonly userAgent: string | undefined };
export type AccessPolicies = {
  admits(subject: Subject, record: FileRecord, context: AccessContext): Promise<boolean>;
};

export function contextOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): AccessContext {
  return {
    ip: normalAddress(request.socket.remoteAddress ?? '') ?? '0.0.0.0',
    userAgent: request.headers['user-agent']?.slice(0, 1024),
  };
}

/** Watches the catalogue for apps and IP ranges. */
export async function followAccessPolicies(
  messaging: Pick<Messaging, 'bucket' | 'request'>,
  country: (ip: string) => string | undefined,
  log: { warn(fields: object, message: string): void },
): Promise<AccessPolicies> {
  let catalogue: Catalogue | undefined;
  let ipFacts = createIpFacts([], country);
  const bucket = await messaging.bucket(catalogueBucket);
  await bucket.watch((key, value) => {
    if (key !== 'current') return;
    catalogue = value;
    // Sorting the ranges is for their changes, not for every open.
    ipFacts = createIpFacts(value?.ipRanges ?? [], country);
  });
  return {
    async admits(subject, record, context) {
      const decisionId = randomUUID();
      try {
        const answer = await messaging.request(decisionEvaluate, {
          decisionId,
          scope: 'access',
          subject: {
            type: 'user',
            id: subject.user,
            properties: { groups: [...subject.groups], deviceTags: [...subject.deviceTags] },
          },
          action: { name: 'login' },
          resource: { type: 'app', id: record.app, properties: { host: hostOf(catalogue, record.app) } },
          context: decisionContext(context, ipFacts),
        });
        return answer.type === 'verdict' && answer.decisionId === decisionId && answer.verdict.action === 'allow';
      } catch (error) {
        log.warn({ error }, 'the access decision is not to be had: the file stays closed');
        return false;
      }
    },
  };
}

function hostOf(catalogue: Catalogue | undefined, app: string): string {
  return catalogue?.apps.find(({ id }) => id === app)?.domains[0]?.host ?? app;
}

function decisionContext({ ip, userAgent }: AccessContext, ipFacts: ReturnType<typeof createIpFacts>): DecisionContext {
  const { ipTags, ...facts } = ipFacts(ip);
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const agent = userAgentFacts(userAgent, {});
  const named = userAgent ? { userAgent } : {};
  return { time: new Date().toISOString(), ip, ipTags: [...ipTags], ...Object.fromEntries(known), ...named, ...agent };
}
