// @vitest-environment happy-dom
import { decisionAnswerSchema } from '@gatehouse/contracts/decision';
import { expect, test } from 'vitest';
import { answerSentence } from './what-if-answer.tsx';

const policy = { version: 1, severity: 'high', action: 'block', alert: false };
const answer = (verdict: object) =>
  decisionAnswerSchema.parse({
    type: 'verdict',
    decisionId: 'd',
    trace: [],
    verdict: { action: 'allow', reason: 'NO_MATCH', obligations: [], matched: [], reportOnly: [], ...verdict },
  });

test.each([
  [answer({}), 'Allowed: no enforced policy would match.'],
  [
    answer({ reportOnly: [{ ...policy, id: 'b', name: 'B', result: 'won' }] }),
    'Allowed: no enforced policy would match. “B” is report only: it would block.',
  ],
  [
    answer({
      action: 'block',
      reason: 'UNSCANNABLE_ENCRYPTED',
      policyName: 'A',
      matched: [
        { ...policy, id: 'a', name: 'A', result: 'won' },
        { ...policy, id: 'c', name: 'C', result: 'composed' },
      ],
    }),
    'Blocked by “A”, the most restrictive of 2 that match (UNSCANNABLE_ENCRYPTED).',
  ],
  [
    decisionAnswerSchema.parse({
      type: 'needs',
      decisionId: 'd',
      trace: [],
      needs: { size: true, label: true, malware: true, content: ['iban'] },
    }),
    'Open: the file would first be looked at for iban, the label, the size, malware. Say what would be found to see the verdict.',
  ],
])('what would happen, in one sentence %#', (given, sentence) => expect(answerSentence(given)).toBe(sentence));
