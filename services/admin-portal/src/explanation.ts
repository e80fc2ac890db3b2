// One decision explained: what every policy and row saw, who won and why, in the shape of API, CLI and portal.
import type { Activity } from '@gatehouse/contracts/activity';
import type { PolicyTrace } from '@gatehouse/contracts/decision';
import type { Explanation } from '@gatehouse/contracts/explanation';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { fileAsKnown, recordedRequest } from '@gatehouse/policy/recorded-request';

/** Explains an activity as recorded; `stored` are the policies of today. */
export function explain(activity: Activity, stored: readonly StoredPolicy[]): Explanation {
  const { trace, facts, matchedPolicies, reportOnly, recognition: _, ...row } = activity;
  const winner = matchedPolicies.find(({ result }) => result === 'won');
  const recorded = facts && { ...activity, facts, size: activity.object?.size };
  const request = recorded && recordedRequest(recorded, fileAsKnown(recorded));
  return {
    ...row,
    sentence: sentenceOf(activity),
    ...(winner ? { winner } : {}),
    policies: trace.map((policy) => explainPolicy(policy, activity, stored)),
    ...(request ? { request } : {}),
  };
}

function explainPolicy(
  policy: PolicyTrace,
  { matchedPolicies, reportOnly }: Activity,
  stored: readonly StoredPolicy[],
): Explanation['policies'][number] {
  const today = stored.find(({ id }) => id === policy.policyId);
  const won = matchedPolicies.find(({ id }) => id === policy.policyId);
  const would = reportOnly.find(({ id }) => id === policy.policyId);
  return {
    ...policy,
    ...(won ? { result: won.result } : {}),
    ...(would ? { would: `would ${would.action}` } : {}),
    now: today ? { version: today.version, state: today.policy.state } : null,
  };
}

const done: Readonly<Record<string, string>> = { block: 'Blocked', defaultBlock: 'Blocked', defaultAllow: 'Allowed' };

/** Who won and why, in one or two sentences. Names of policies are as written: escape them in HTML. */
export function sentenceOf(activity: Activity): string {
  const { matchedPolicies, reportOnly, cause, reason, appliedAction } = activity;
  const what = done[appliedAction] ?? 'Allowed';
  const winner = matchedPolicies.find(({ result }) => result === 'won');
  const would = reportOnly.filter(({ action }) => action !== 'allow');
  const aside = would.map(({ name, action }) => ` “${name}” is report only: it would ${action}.`).join('');
  return `${what}${whyOf(activity, winner)}${reason === 'STRICT_MODE' ? ' Strict mode of the app blocks a file that was not fully inspected.' : ''}${cause === undefined ? '' : ` ${capital(cause)}.`}${aside}`;
}

function whyOf({ matchedPolicies, reason }: Activity, winner: Activity['matchedPolicies'][number] | undefined): string {
  if (winner === undefined) return reason === 'NO_MATCH' ? ': no policy matched.' : `: ${reason}.`;
  const { name, version, action } = winner;
  const others = matchedPolicies.length - 1;
  const rank = others > 0 ? `, the most restrictive of ${others + 1} that matched` : ', the only one that matched';
  return ` by “${name}” (version ${version}): ${action}${rank}.${reason === 'POLICY' ? '' : ` Reason ${reason}.`}`;
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
