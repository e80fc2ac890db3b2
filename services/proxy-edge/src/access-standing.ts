// Access policies once more where a session's facts change: another address, a lost device tag, another kind of client,
// new policies. A blocked session is held: it serves nobody until its facts are good again.
import { fillMessage } from '@gatehouse/activity/delivery';
import type { DecisionAnswer } from '@gatehouse/contracts/decision';
import type { Session } from '@gatehouse/contracts/session';
import { decisionOf } from './decision-request.ts';
import { hasLostTag } from './device-standing.ts';
import type { Edge } from './edge.ts';
import type { Exchange } from './exchange.ts';
import { accessTexts } from './pages/access-texts.ts';
import { deviceTexts } from './pages/device-texts.ts';
import { type Language, languages } from './pages/texts.ts';
import { activityOf, newDecision } from './recording.ts';
import { type RefusalWords, sendRefusedAccess } from './refused-access.ts';
import type { LiveSession } from './session.client.ts';

/** A refusal, and an answer nobody really gave, are asked about again after this long. */
const doubtMs = 60_000;

export type Refused = { readonly reference: string; readonly answer: DecisionAnswer };
type Outcome = { readonly type: 'admitted'; readonly sure: boolean } | (Refused & { readonly type: 'refused' });
type Judged = { readonly facts: string; until: number; readonly outcome: Promise<Outcome> };
type Standing = {
  /** What the decision at sign-in was made from, as far as it is known. */
  readonly baseline: string;
  /** Policies by the snapshot's version: those first known, and those at hand. */
  begun: number;
  version: number;
  judged?: Judged;
};
/** By the set that a session keeps for its whole life in memory. */
const standings = new WeakMap<LiveSession['streams'], Standing>();

/** Whether access policies still let the session in. Undefined: yes, or nothing has changed since the sign-in. */
export async function refusedSince(edge: Edge, exchange: Exchange): Promise<Refused | undefined> {
  const { session, streams } = exchange.live;
  const now = Date.now();
  const standing = standings.get(streams) ?? begin(exchange);
  standings.set(streams, standing);
  noteVersion(standing, edge.snapshot.version(now));
  const facts = factsOf(exchange, exchange.context.ip, hasLostTag(session), standing.version - standing.begun);
  if (facts === standing.baseline) return undefined;
  const before = standing.judged;
  // Requests that come together wait for one answer.
  const current =
    before?.facts === facts && now < before.until
      ? before
      : ask(edge, exchange, facts, sameButClient(facts, standing.baseline));
  standing.judged = current;
  const outcome = await current.outcome;
  return outcome.type === 'refused' ? outcome : undefined;
}

const begin = (exchange: Exchange): Standing => ({
  baseline: factsOf(exchange, exchange.live.session.signedInFrom, false, 0),
  begun: 0,
  version: 0,
});

/** Policies that were unknown until now are no change, nor is a snapshot that grew too old to be trusted. */
function noteVersion(standing: Standing, version: number): void {
  if (version === 0) return;
  if (standing.begun === 0) standing.begun = version;
  standing.version = version;
}

/**
 * Everything whose change asks anew. The user agent itself is not among it: browsers update, and only a policy about
 * the kind of client may refuse one.
 */
function factsOf({ live, context }: Exchange, ip: string | undefined, lost: boolean, changes: number): string {
  const { groups } = live.session;
  const { clientApp, deviceType } = context;
  return JSON.stringify([ip, lost, groups, clientApp, deviceType, changes]);
}

const clientAt = 3;

/** Only the kind of client differs, which a mere update can bring about. */
const sameButClient = (facts: string, baseline: string): boolean => {
  const without = (text: string) => JSON.stringify(JSON.parse(text).toSpliced(clientAt, 2));
  return without(facts) === without(baseline);
};

/** `soft`: that nobody can be asked is then no reason to refuse. */
function ask(edge: Edge, exchange: Exchange, facts: string, soft: boolean): Judged {
  const judged: Judged = { facts, until: Date.now() + doubtMs, outcome: judge(edge, exchange, soft) };
  judged.outcome.then(
    (outcome) => {
      if (outcome.type === 'admitted' && outcome.sure) judged.until = Number.POSITIVE_INFINITY;
    },
    () => {
      judged.until = 0;
    },
  );
  return judged;
}

async function judge(edge: Edge, exchange: Exchange, soft: boolean): Promise<Outcome> {
  const ids = newDecision(Date.now());
  const request = { ...decisionOf(exchange, ids.id, 'login'), scope: 'access' as const };
  const { answer, cause } = await edge.decisions.decide(request, {
    app: exchange.app,
    settings: edge.catalogue.settings(),
    now: Date.now(),
  });
  if (answer.type === 'verdict' && answer.verdict.action === 'allow')
    return { type: 'admitted', sure: !answer.verdict.dueToDefault && !answer.stale };
  if (soft && answer.type === 'verdict' && answer.verdict.reason === 'DEFAULT_UNREACHABLE')
    return { type: 'admitted', sure: false };
  await edge.activities.record(activityOf(exchange, ids, outcomeOf(answer, exchange.live.session, cause)));
  return { type: 'refused', reference: ids.reference, answer };
}

function outcomeOf(answer: DecisionAnswer, session: Session, cause: string | undefined) {
  const reason = answer.type === 'verdict' ? answer.verdict.reason : 'DEFAULT_BROKEN';
  const why = hasLostTag(session)
    ? `the client certificate of this session no longer holds (${session.certificateReason})`
    : 'the facts of this session have changed since its sign-in';
  return {
    activityType: 'login',
    ...(answer.type === 'verdict' ? { verdict: answer.verdict, trace: answer.trace, stale: answer.stale } : {}),
    appliedAction: reason.startsWith('DEFAULT_') ? 'defaultBlock' : 'block',
    reason,
    cause: cause ?? why,
  } as const;
}

/** The page or problem of a held session: the policy's own message if it has one, and what to do. */
export function sendRefused(edge: Edge, exchange: Exchange, refused: Refused): void {
  const { session } = exchange.live;
  if (hasLostTag(session)) {
    sendRefusedAccess(edge, exchange, refused.reference, deviceTexts);
    return;
  }
  const own = messageOf(exchange, refused);
  const native = restsOnClientApp(refused.answer);
  const words = languages.map((language): [Language, RefusalWords] => {
    const { title, text, next, useBrowser } = accessTexts[language];
    const said = (own ?? text).replaceAll('{appName}', exchange.app.name);
    return [language, { title, text: said, next: native ? useBrowser : next }];
  });
  sendRefusedAccess(edge, exchange, refused.reference, Object.fromEntries(words) as typeof accessTexts);
}

function messageOf({ app, live }: Exchange, { answer, reference }: Refused): string | undefined {
  if (answer.type !== 'verdict') return undefined;
  const shown = answer.verdict.obligations.find((obligation) => obligation.type === 'showMessage');
  if (!shown?.message) return undefined;
  const { policyName } = answer.verdict;
  const userName = live.session.displayName ?? live.session.user;
  return fillMessage(shown.message, { appName: app.name, fileName: undefined, policyName, reference, userName });
}

/** Whether a blocking policy saw a native client, so that a browser would help. */
function restsOnClientApp(answer: DecisionAnswer): boolean {
  if (answer.type !== 'verdict') return false;
  return answer.trace.some(
    ({ outcome, action, rows }) =>
      outcome === 'matched' &&
      action === 'block' &&
      rows.some(
        ({ satisfied, seen }) =>
          satisfied === true && (seen.includes('mobileDesktop') || seen.includes('nativeClient')),
      ),
  );
}
