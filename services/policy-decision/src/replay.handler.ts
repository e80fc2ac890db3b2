// decision.replay: recorded decisions against the policies in force and against the changed ones.
import type { Policy } from '@gatehouse/contracts/policy';
import type { DecisionKind } from '@gatehouse/contracts/recorded-facts';
import type { activityReplayPage, RecordedDecision, ReplayRequest, ReplayResult } from '@gatehouse/contracts/replay';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import { replay, touches } from '@gatehouse/policy/replay';
import type { z } from 'zod';
import { compileAsEnforced, type LivePolicies } from './live-policies.ts';
import { withChanges } from './policy-changes.ts';
import { type ReplayTally, replayTally } from './replay-tally.ts';

type PageRequest = z.input<typeof activityReplayPage.input>;
type Page = z.output<typeof activityReplayPage.output>;

export type ReplayDependencies = {
  readonly policies: LivePolicies;
  readonly page: (request: PageRequest) => Promise<Page>;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** Lets waiting decisions go first. */
  readonly yieldNow: () => Promise<void>;
};

const pageSize = 500;
/** Enforcement shares this process: it never waits longer than this for a replay. */
const mostMsAtOnce = 8;
const mostAtOnce = 2;

export function replayHandler(deps: ReplayDependencies) {
  let running = 0;
  return async (request: ReplayRequest): Promise<ReplayResult> => {
    if (running >= mostAtOnce) throw new MessagingError('REFUSED', 'two replays are running: try again soon');
    running += 1;
    try {
      return await run(deps, request);
    } finally {
      running -= 1;
    }
  };
}

async function run(deps: ReplayDependencies, request: ReplayRequest): Promise<ReplayResult> {
  const started = deps.clock();
  const { compiled: before, policies } = deps.policies.current();
  const changed = withChanges(policies, request.changes, { asEnabled: request.wouldHave });
  const after = compileAsEnforced(changed.policies);
  const touched = policies.filter(({ id }) => request.changes.some((change) => change.id === id));
  const drafts = changed.policies.filter(({ id }) => changed.ids.has(id));
  // Most decisions are none of the changed policies' business: those are judged once, not twice.
  const concerned = compileAsEnforced([...touched, ...drafts]);
  const judge = (recorded: RecordedDecision) => {
    const old = replay(before, recorded);
    tally.add({ recorded, before: old, after: touches(concerned, recorded) ? replay(after, recorded) : old });
  };
  const tally = replayTally(changed.ids);
  let [left, truncated, withoutFacts] = [request.limit, false, 0];
  for (const kind of kindsOf([...touched, ...drafts].map(({ policy }) => policy))) {
    const walked = await walk(deps, request, kind, left, judge);
    left -= walked.count;
    truncated ||= walked.truncated;
    withoutFacts += walked.withoutFacts;
  }
  return resultOf(request, tally, { truncated, withoutFacts, replayMs: deps.clock() - started });
}

function resultOf(
  { from, to }: ReplayRequest,
  tally: ReplayTally,
  about: Pick<ReplayResult, 'truncated' | 'withoutFacts' | 'replayMs'>,
): ReplayResult {
  return { from, to, ...tally.result(), ...about };
}

/** Only decisions that a changed policy can touch are read. */
function kindsOf(policies: readonly Policy[]): DecisionKind[] {
  const access = policies.some(({ kind }) => kind === 'AccessPolicy');
  const session = policies.some(({ kind }) => kind === 'SessionPolicy');
  const monitor = policies.some((policy) => policy.kind === 'SessionPolicy' && policy.controlType === 'monitor');
  return [
    ...(access ? (['access'] as const) : []),
    ...(session ? (['file'] as const) : []),
    ...(monitor ? (['watched'] as const) : []),
  ];
}

type Walked = { readonly count: number; readonly truncated: boolean; readonly withoutFacts: number };

/** Page after page until `limit`; the next page is read while this one is judged. */
async function walk(
  deps: ReplayDependencies,
  { from, to }: ReplayRequest,
  kind: DecisionKind,
  limit: number,
  judge: (recorded: RecordedDecision) => void,
): Promise<Walked> {
  const ask = (left: number, cursor?: string) =>
    deps.page({ kind, from, to, limit: Math.min(pageSize, left), ...(cursor === undefined ? {} : { cursor }) });
  let [count, withoutFacts] = [0, 0];
  let coming: Promise<Page> | undefined = limit > 0 ? ask(limit) : undefined;
  let truncated = limit <= 0;
  while (coming) {
    const page: Page = await coming;
    count += page.decisions.length;
    withoutFacts += page.withoutFacts;
    const more = page.nextCursor !== undefined && count < limit;
    coming = more ? ask(limit - count, page.nextCursor) : undefined;
    // A page that fails while this one is judged rejects at the next turn, not unhandled.
    coming?.catch(() => undefined);
    truncated = page.nextCursor !== undefined;
    await judgeAll(deps, page.decisions, judge);
  }
  return { count, truncated, withoutFacts };
}

async function judgeAll(
  { clock, yieldNow }: ReplayDependencies,
  decisions: readonly RecordedDecision[],
  judge: (recorded: RecordedDecision) => void,
): Promise<void> {
  let since = clock();
  for (const recorded of decisions) {
    judge(recorded);
    if (clock() - since < mostMsAtOnce) continue;
    await yieldNow();
    since = clock();
  }
}
