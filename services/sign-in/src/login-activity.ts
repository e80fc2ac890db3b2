import { randomBytes, randomUUID } from 'node:crypto';
import { type Activity, activityRecorded } from '@gatehouse/contracts/activity';
import type { Reason } from '@gatehouse/contracts/reason';
import { referenceId } from '@gatehouse/contracts/reference-id';
import type { AppliedAction } from '@gatehouse/contracts/vocabulary';
import { enqueue } from '@gatehouse/postgres/outbox';
import { causeOf } from './device/proof.ts';
import type { Identity } from './identity.ts';
import type { Judgement } from './judgement.ts';
import type { SignIn } from './sign-in.ts';
import type { Visit } from './visit.ts';

export type LoginEvent = {
  readonly app: string;
  readonly host: string;
  readonly path?: string;
  readonly identity?: Identity | undefined;
  readonly judgement?: Judgement | undefined;
  readonly sessionId?: string;
  readonly appliedAction: AppliedAction;
  readonly reason: Reason;
  readonly cause?: string | undefined;
};

/** Records one decision about a login and gives its reference id. Through the outbox: no record, no login. */
export async function recordLogin(signIn: SignIn, visit: Visit, event: LoginEvent): Promise<string> {
  const activity = loginActivity(visit, event);
  await enqueue(signIn.database.manager, activityRecorded, activity);
  return activity.referenceId;
}

/** The row of one decision about a login. */
export function loginActivity({ context, now }: Pick<Visit, 'context' | 'now'>, event: LoginEvent): Activity {
  const { identity, judgement } = event;
  const certificate = identity?.device?.type === 'refused' ? { certificateReason: identity.device.reason } : {};
  const cause = event.cause ?? judgement?.cause ?? causeOf(identity?.device);
  return {
    id: randomUUID(),
    referenceId: referenceId(randomBytes),
    app: event.app,
    host: event.host,
    activityType: 'login',
    user: identity?.user ?? '',
    groups: identity?.groups ?? [],
    deviceTags: identity?.deviceTags ?? [],
    ...certificate,
    ...(event.sessionId ? { sessionId: event.sessionId } : {}),
    ...context,
    time: new Date(now).toISOString(),
    path: event.path?.replace(/\?.*$/s, '') ?? '/',
    scan: { status: 'notRequested', findings: [] },
    matchedPolicies: judgement?.verdict.matched ?? [],
    reportOnly: judgement?.verdict.reportOnly ?? [],
    appliedAction: event.appliedAction,
    reason: event.reason,
    ...(cause ? { cause } : {}),
    enforcementLevel: 'server',
    stale: judgement?.stale ?? false,
    bytesUp: 0,
    bytesDown: 0,
    timings: {},
    trace: [...(judgement?.trace ?? [])],
    // What a judgement is made from, for replay: a login that no policy was asked about has none.
    ...(judgement
      ? { facts: { kind: 'access', action: 'login', strictMode: false, part: false, ...certificate } }
      : {}),
  };
}
