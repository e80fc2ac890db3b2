// gatehouse explain: why a decision was made, by reference or decision id.
import type { RowTrace } from '@gatehouse/contracts/decision';
import type { Explanation } from '@gatehouse/contracts/explanation';
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
    print(...explainLines(await ask<Explanation>(connection(), 'GET', `/explain/${id}`)));
    return 0;
  },
};

type Explained = Explanation['policies'][number];

/** The decision as text, the winner first. */
export function explainLines(explanation: Explanation): string[] {
  const { referenceId, time, user, activityType, app, object, ip, sentence, stale, timings } = explanation;
  const what = `${activityType}${object?.name === undefined ? '' : ` of ${object.name}`}`;
  const rank = ({ result, would }: Explained) => (result === 'won' ? 0 : result || would ? 1 : 2);
  const policies = [...explanation.policies].sort((a, b) => rank(a) - rank(b));
  const times = Object.entries(timings).map(([name, ms]) => `${name} ${ms} ms`);
  return [
    `${referenceId}  ${time}`,
    `${user}: ${what} in ${app}, from ${ip}`,
    `→ ${sentence}${stale ? ' Decided from a snapshot.' : ''}`,
    ...policies.flatMap((policy) => ['', ...policyLines(policy)]),
    ...(policies.length === 0 ? ['', 'no policy was asked'] : []),
    '',
    `timings: ${times.join(', ') || 'none recorded'}`,
  ].map(printable);
}

function policyLines(policy: Explained): string[] {
  const { name, version, action, state, outcome, result, would, now, rows } = policy;
  const trial = state === 'reportOnly' ? ', report only' : '';
  const came = result ?? would ?? (outcome === 'notMatched' ? 'not matched' : outcome);
  const since = now === null ? ', deleted since' : now.version === version ? '' : `, version ${now.version} now`;
  return [`${name} (version ${version}, ${action}${trial}${since}): ${came}`, ...rows.map(rowLine)];
}

function rowLine({ field, operator, values, result, satisfied, seen, note }: RowTrace): string {
  const sign = satisfied === null ? '?' : satisfied ? '✓' : '✗';
  const saw = seen.length === 0 ? 'saw nothing' : `saw ${seen.join(', ')}`;
  const list = values.length === 0 ? '' : ` [${values.join(', ')}]`;
  return `  ${sign} ${field} ${operator}${list}: ${result === 'absent' ? 'attribute absent' : result}, ${saw}${note === undefined ? '' : ` (${note})`}`;
}
