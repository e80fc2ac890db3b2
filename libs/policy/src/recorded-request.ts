// The question that a recorded decision answered, put together again from its activity.
import type { DecisionRequest, FileFacts } from '@gatehouse/contracts/decision';
import type { RecordedFacts } from '@gatehouse/contracts/recorded-facts';
import type { RecordedDecision } from '@gatehouse/contracts/replay';
import { clientApps, deviceTypes } from '@gatehouse/contracts/vocabulary';

/** The columns of an activity that a decision is made from; `size` in bytes, where the file was measured. */
export type Recorded = Omit<RecordedDecision, 'facts' | 'size'> & {
  readonly facts: RecordedFacts;
  readonly size?: number | undefined;
};

/** The request as the PEP sent it, about `file`; by default the file before it was held. */
export function recordedRequest(recorded: Recorded, file = fileBeforeHolding(recorded)): DecisionRequest {
  const { facts } = recorded;
  return {
    decisionId: recorded.id,
    scope: facts.kind === 'access' ? 'access' : 'session',
    subject: {
      type: 'user',
      id: recorded.user,
      properties: {
        groups: recorded.groups,
        deviceTags: recorded.deviceTags,
        ...(facts.certificateReason ? { certificateReason: facts.certificateReason } : {}),
      },
    },
    action: { name: facts.action },
    resource: {
      type: 'app',
      id: recorded.app,
      properties: { host: recorded.host, strictMode: facts.strictMode, ...(file ? { file } : {}) },
    },
    context: contextOf(recorded),
  };
}

function contextOf(recorded: Recorded): DecisionRequest['context'] {
  const { time, ip, ipCategory, ipTags, isp, country, userAgent, userAgentTags } = recorded;
  const deviceType = deviceTypes.find((type) => type === recorded.deviceType);
  return {
    time,
    ip,
    ...(ipCategory === undefined ? {} : { ipCategory }),
    ipTags,
    ...(isp === undefined ? {} : { isp }),
    ...(country === undefined ? {} : { country }),
    ...(userAgent === undefined ? {} : { userAgent }),
    userAgentTags,
    ...(deviceType === undefined ? {} : { deviceType }),
    clientApp: clientApps.find((one) => one === recorded.clientApp) ?? 'browser',
  };
}

/** The facts the PEP had before it held anything. */
export function fileBeforeHolding({ facts }: Recorded): FileFacts | undefined {
  return facts.file;
}

/** Everything that was learned of the file by the end; what was not looked for is pending, never "not found". */
export function fileAsKnown(recorded: Recorded): FileFacts | undefined {
  const { file, learned } = recorded.facts;
  if (file === undefined) return undefined;
  const size = measuredSize(recorded);
  const pending = { state: 'pending' } as const;
  return {
    ...file,
    size: size === undefined ? pending : { state: 'known', bytes: size },
    label: learned?.sought.label ? learned.file.label : pending,
    content: learned && learned.sought.content.length > 0 ? learned.file.content : pending,
    malware: learned?.sought.malware ? learned.file.malware : pending,
  };
}

/** Bytes of the whole file; undefined where it was neither declared nor read to its end. */
export function measuredSize({ facts, size }: Recorded): number | undefined {
  if (facts.file?.size.state === 'known') return facts.file.size.bytes;
  if (size !== undefined) return size;
  const learned = facts.learned?.file;
  const cutOff = learned?.content.state === 'unscannable' && learned.content.reason === 'tooLarge';
  return learned?.size.state === 'known' && !cutOff ? learned.size.bytes : undefined;
}
