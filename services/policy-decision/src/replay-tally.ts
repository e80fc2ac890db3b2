// Adds up a replay: old against new verdicts, who is touched, what could not be said, and samples to open.
import type { RecordedDecision, ReplayResult, ReplaySample, ReplayVerdict } from '@gatehouse/contracts/replay';
import type { Replayed } from '@gatehouse/policy/replay';

type Judged = { readonly recorded: RecordedDecision; readonly before: Replayed; readonly after: Replayed };
type Tally = Pick<
  ReplayResult,
  'considered' | 'matched' | 'changed' | 'users' | 'apps' | 'pairs' | 'notScanned' | 'samples'
> & { readonly oldest?: string };

const mostSamples = 100;
/** So that one frequent change does not push the rare ones out. */
const mostSamplesPerPair = 40;

export type ReplayTally = { readonly add: (judged: Judged) => void; readonly result: () => Tally };

/** `drafts`: ids of the new and changed policies. */
export function replayTally(drafts: ReadonlySet<string>): ReplayTally {
  const pairs = new Map<string, { old: ReplayVerdict; new: ReplayVerdict; count: number }>();
  const sampled = new Map<string, number>();
  const [users, apps, missing] = [new Set<string>(), new Set<string>(), new Map<string, number>()];
  const samples: ReplaySample[] = [];
  const total = { considered: 0, matched: 0, changed: 0, unknown: 0 };
  let oldest: string | undefined;

  const keep = (key: string, sample: ReplaySample) => {
    const already = sampled.get(key) ?? 0;
    if (samples.length >= mostSamples || already >= mostSamplesPerPair) return;
    sampled.set(key, already + 1);
    samples.push(sample);
  };
  return {
    add(judged) {
      const { recorded, before, after } = judged;
      const sample = sampleOf(judged, drafts);
      const [old, next] = [sample.old.verdict, sample.new.verdict];
      const changed = old !== next && old !== 'unknown' && next !== 'unknown';
      const key = `${old} ${next}`;
      const pair = pairs.get(key) ?? { old, new: next, count: 0 };
      pairs.set(key, { ...pair, count: pair.count + 1 });
      total.considered += 1;
      total.matched += Number(sample.matched);
      total.changed += Number(changed);
      if (oldest === undefined || recorded.time < oldest) oldest = recorded.time;
      if (before.type === 'unknown' || after.type === 'unknown') {
        total.unknown += 1;
        for (const name of sample.notScanned) missing.set(name, (missing.get(name) ?? 0) + 1);
      }
      if (changed || sample.matched) {
        users.add(recorded.user);
        apps.add(recorded.app);
      }
      if (changed || sample.matched || after.type === 'unknown') keep(key, sample);
    },
    result: () => ({
      considered: total.considered,
      matched: total.matched,
      changed: total.changed,
      users: users.size,
      apps: apps.size,
      pairs: [...pairs.values()].sort((a, b) => b.count - a.count),
      notScanned: {
        count: total.unknown,
        facts: [...missing].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count),
      },
      samples,
      ...(oldest === undefined ? {} : { oldest }),
    }),
  };
}

function sampleOf({ recorded, before, after }: Judged, drafts: ReadonlySet<string>): ReplaySample {
  const name = recorded.facts.file?.name;
  const notScanned = [before, after].flatMap((one) => (one.type === 'unknown' ? one.notScanned : []));
  return {
    activityId: recorded.id,
    referenceId: recorded.referenceId,
    time: recorded.time,
    user: recorded.user,
    app: recorded.app,
    activityType: recorded.activityType,
    ...(name === undefined ? {} : { fileName: name }),
    old: judgedOf(before),
    new: judgedOf(after),
    matched: isMatched(after, drafts),
    notScanned: [...new Set(notScanned)],
  };
}

function judgedOf(replayed: Replayed): ReplaySample['old'] {
  if (replayed.type === 'unknown') return { verdict: 'unknown' };
  const { action, policyName } = replayed.verdict;
  return { verdict: action, ...(policyName === undefined ? {} : { policyName }) };
}

function isMatched(replayed: Replayed, drafts: ReadonlySet<string>): boolean {
  if (replayed.type === 'unknown') return false;
  const { matched, reportOnly } = replayed.verdict;
  return [...matched, ...reportOnly].some(({ id }) => drafts.has(id));
}
