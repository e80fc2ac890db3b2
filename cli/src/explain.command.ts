// gatehouse explain: why a decision was made, by reference or decision id.
import type { Activity } from '@gatehouse/contracts/activity';
import type { PolicyTrace, RowTrace } from '@gatehouse/contracts/decision';
import type { Command } from './command.ts';
import { CommandError } from './command-error.ts';
import { ask } from './portal.client.ts';
import { printable } from './print-plan.ts';

export const explain: Command = {
  usage: 'explain <reference or decision id>',
  about: 'print what was decided, which policy won and what each row saw',
  run: async ({ positional, connection, print }) => {
    if (positional === undefined) throw new CommandError('explain needs a reference id, like GH-7K3M-9QXT');
    const id = encodeURIComponent(
      positional.trim().toUpperCase().startsWith('GH-') ? positional.trim().toUpperCase() : positional.trim(),
    );
    const { activity } = await ask<{ activity: Activity }>(connection(), 'GET', `/activities/${id}`);
    print(...explainLines(activity));
    return 0;
  },
};

/** The decision as text, the winner first. */
export function explainLines(activity: Activity): string[] {
  const { referenceId, time, user, activityType, app, object, ip, appliedAction, reason, cause, stale, timings } =
    activity;
  const what = `${activityType}${object?.name === undefined ? '' : ` of ${object.name}`}`;
  const results = new Map([...activity.matchedPolicies, ...activity.reportOnly].map((one) => [one.id, one.result]));
  const rank = (trace: PolicyTrace) =>
    results.get(trace.policyId) === 'won' && trace.state === 'enabled' ? 0 : results.has(trace.policyId) ? 1 : 2;
  const traces = [...activity.trace].sort((a, b) => rank(a) - rank(b));
  return [
    `${referenceId}  ${time}`,
    `${user}: ${what} in ${app}, from ${ip}`,
    `→ ${appliedAction} (${reason})${cause === undefined ? '' : `: ${cause}`}${stale ? ', decided from a snapshot' : ''}`,
    ...traces.flatMap((trace) => ['', ...policyLines(trace, results.get(trace.policyId))]),
    ...(traces.length === 0 ? ['', 'no policy was asked'] : []),
    '',
    `timings: ${
      Object.entries(timings)
        .map(([name, ms]) => `${name} ${ms} ms`)
        .join(', ') || 'none recorded'
    }`,
  ].map(printable);
}

function policyLines(trace: PolicyTrace, result: string | undefined): string[] {
  const trial = trace.state === 'reportOnly' ? ', report only' : '';
  const outcome = result ?? (trace.outcome === 'notMatched' ? 'not matched' : trace.outcome);
  return [`${trace.name} (version ${trace.version}, ${trace.action}${trial}): ${outcome}`, ...trace.rows.map(rowLine)];
}

function rowLine({ field, operator, values, result, satisfied, seen, note }: RowTrace): string {
  const sign = satisfied === null ? '?' : satisfied ? '✓' : '✗';
  const saw = seen.length === 0 ? 'saw nothing' : `saw ${seen.join(', ')}`;
  const list = values.length === 0 ? '' : ` [${values.join(', ')}]`;
  return `  ${sign} ${field} ${operator}${list}: ${result === 'absent' ? 'attribute absent' : result}, ${saw}${note === undefined ? '' : ` (${note})`}`;
}
