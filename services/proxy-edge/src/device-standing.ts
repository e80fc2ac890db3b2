// A session whose certificate no longer holds goes on without its tag, if access policies still let it in.

import type { DecisionAnswer } from '@gatehouse/contracts/decision';
import type { Session } from '@gatehouse/contracts/session';
import { decisionOf } from './decision-request.ts';
import type { Edge } from './edge.ts';
import type { Exchange } from './exchange.ts';
import { deviceTexts } from './pages/device-texts.ts';
import { activityOf, newDecision } from './recording.ts';
import { sendRefusedAccess } from './refused-access.ts';
import type { LiveSession } from './session.client.ts';

const tag = 'validClientCertificate';
/** A judgement about the same facts by the same policies is used this long. */
const judgedMs = 60_000;

/** The session as it counts at this moment. */
export function standingSession(edge: Edge, live: LiveSession, now: number): LiveSession {
  const { certificate } = live.session;
  const lost = certificate && edge.devices.lost(certificate, now);
  return lost ? { ...live, session: withoutTag(live.session, lost.reason) } : live;
}

function withoutTag(session: Session, certificateReason: NonNullable<Session['certificateReason']>): Session {
  return { ...session, deviceTags: session.deviceTags.filter((each) => each !== tag), certificateReason };
}

type Judged = { readonly key: string; readonly until: number; readonly outcome: Promise<Outcome> };
type Outcome = { readonly type: 'admitted' } | { readonly type: 'refused'; readonly reference: string };
/** By the set that a session keeps for its whole life in memory. */
const judged = new WeakMap<LiveSession['streams'], Judged>();

/** Whether access policies let the session in without the tag it began with. Undefined: yes, or nothing was lost. */
export async function refusedSince(
  edge: Edge,
  exchange: Exchange,
): Promise<{ readonly reference: string } | undefined> {
  const { session, streams } = exchange.live;
  if (!session.certificate || session.deviceTags.includes(tag)) return undefined;
  const now = Date.now();
  const { ip, userAgent } = exchange.context;
  const key = JSON.stringify([session.certificateReason, edge.snapshot.version(now), ip, userAgent]);
  const before = judged.get(streams);
  const current =
    before?.key === key && before.until > now ? before : { key, until: now + judgedMs, outcome: judge(edge, exchange) };
  judged.set(streams, current);
  const outcome = await current.outcome;
  return outcome.type === 'refused' ? outcome : undefined;
}

async function judge(edge: Edge, exchange: Exchange): Promise<Outcome> {
  const ids = newDecision(Date.now());
  const request = { ...decisionOf(exchange, ids.id, 'login'), scope: 'access' as const };
  const { answer, cause } = await edge.decisions.decide(request, {
    app: exchange.app,
    settings: edge.catalogue.settings(),
    now: Date.now(),
  });
  if (answer.type === 'verdict' && answer.verdict.action === 'allow') return { type: 'admitted' };
  await edge.activities.record(activityOf(exchange, ids, outcomeOf(answer, exchange.live.session, cause)));
  return { type: 'refused', reference: ids.reference };
}

function outcomeOf(answer: DecisionAnswer, { certificateReason }: Session, cause: string | undefined) {
  const reason = answer.type === 'verdict' ? answer.verdict.reason : 'DEFAULT_BROKEN';
  return {
    activityType: 'login',
    ...(answer.type === 'verdict' ? { verdict: answer.verdict, trace: answer.trace, stale: answer.stale } : {}),
    appliedAction: reason.startsWith('DEFAULT_') ? 'defaultBlock' : 'block',
    reason,
    cause: cause ?? `the client certificate of this session no longer holds (${certificateReason})`,
  } as const;
}

export const sendRefused = (edge: Edge, exchange: Exchange, reference: string): void =>
  sendRefusedAccess(edge, exchange, reference, deviceTexts);
