// Asks the policies about access once more, at every open: only a clear "allow" opens.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Catalogue, catalogueBucket } from '@gatehouse/contracts/catalogue';
import { decisionEvaluate } from '@gatehouse/contracts/decision';
import { createClientFacts } from '@gatehouse/enforcement/client-facts';
import { normalAddress } from '@gatehouse/facts/ip-address';
import type { AddressSources } from '@gatehouse/facts/ip-facts';
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
  sources: AddressSources,
  log: { warn(fields: object, message: string): void },
): Promise<AccessPolicies> {
  let catalogue: Catalogue | undefined;
  let factsOf = createClientFacts([], sources);
  const bucket = await messaging.bucket(catalogueBucket);
  await bucket.watch((key, value) => {
    if (key !== 'current' || !value) return;
    catalogue = value;
    factsOf = createClientFacts(value.ipRanges, sources);
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
          context: factsOf({
            ip: context.ip,
            header: (name) => (name === 'user-agent' ? context.userAgent : undefined),
            now: Date.now(),
          }),
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
