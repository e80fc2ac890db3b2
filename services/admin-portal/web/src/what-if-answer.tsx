// The answer of a what-if: what would happen, who would win, and every policy and row.

import type { DecisionAnswer } from '@gatehouse/contracts/decision';
import type { ActionType } from '@gatehouse/contracts/vocabulary';
import { Alert, Stack, Text } from '@mantine/core';
import { type TracedPolicy, TraceView } from './trace-view.tsx';

const done: Readonly<Record<ActionType, string>> = {
  block: 'Blocked',
  stepUp: 'Step-up asked',
  protect: 'Protected',
  coach: 'Warned',
  allow: 'Allowed',
};

/** What would happen, in one sentence. */
export function answerSentence(answer: DecisionAnswer): string {
  if (answer.type === 'needs') {
    const { content, label, size, malware } = answer.needs;
    const wanted = [
      ...content,
      ...(label ? ['the label'] : []),
      ...(size ? ['the size'] : []),
      ...(malware ? ['malware'] : []),
    ];
    return `Open: the file would first be looked at for ${wanted.join(', ')}. Say what would be found to see the verdict.`;
  }
  const { action, policyName, reason, matched, reportOnly } = answer.verdict;
  const would = reportOnly.filter((one) => one.action !== 'allow');
  const aside = would.map((one) => ` “${one.name}” is report only: it would ${one.action}.`).join('');
  if (policyName === undefined) return `${done[action]}: no enforced policy would match.${aside}`;
  const rank = matched.length > 1 ? `, the most restrictive of ${matched.length} that match` : '';
  return `${done[action]} by “${policyName}”${rank}${reason === 'POLICY' ? '' : ` (${reason})`}.${aside}`;
}

function traced(answer: DecisionAnswer): TracedPolicy[] {
  if (answer.type === 'needs') return answer.trace;
  const { matched, reportOnly } = answer.verdict;
  return answer.trace.map((policy) => {
    const won = matched.find(({ id }) => id === policy.policyId);
    const would = reportOnly.find(({ id }) => id === policy.policyId);
    return { ...policy, ...(won ? { result: won.result } : {}), ...(would ? { would: `would ${would.action}` } : {}) };
  });
}

export function WhatIfAnswer({ answer }: { readonly answer: DecisionAnswer }) {
  const action = answer.type === 'verdict' ? answer.verdict.action : undefined;
  const colour = action === 'block' ? 'red' : action === undefined ? 'blue' : 'green';
  return (
    <Stack gap="sm">
      <Alert color={colour} title="What would happen">
        <Text size="sm" data-testid="what-if" style={{ overflowWrap: 'anywhere' }}>
          {answerSentence(answer)}
        </Text>
      </Alert>
      <TraceView trace={traced(answer)} />
    </Stack>
  );
}
