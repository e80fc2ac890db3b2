import { appSchema, settingsSchema } from '@gatehouse/contracts/catalogue';
import { type DecisionAnswer, type DecisionRequest, decisionAnswerSchema } from '@gatehouse/contracts/decision';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { MessagingError, type MessagingErrorCode } from '@gatehouse/messaging/messaging-error';
import { expect, test } from 'vitest';
import { DecisionClient, type Question } from './decision.client.ts';
import type { SnapshotDecision } from './snapshot.client.ts';

const app = appSchema.parse({ id: 'box', name: 'Box', domains: [{ host: 'box.example' }] });
const question: Question = {
  subject: { user: 'mia@acme.example', groups: [], deviceTags: [] },
  app,
  host: 'box.example.gate.example',
  context: {
    time: '2026-11-01T10:00:00.000Z',
    ip: '203.0.113.9',
    ipTags: [],
    userAgentTags: [],
    clientApp: 'browser',
  },
};
const verdict = {
  action: 'allow',
  reason: 'NO_MATCH',
  dueToDefault: false,
  obligations: [],
  matched: [],
  reportOnly: [],
};
const answerTo = (request: DecisionRequest, change: object = {}): DecisionAnswer =>
  decisionAnswerSchema.parse({
    type: 'verdict',
    decisionId: request.decisionId,
    verdict: { ...verdict, ...change },
    trace: [],
    stale: false,
  });

async function judge(
  request: (input: DecisionRequest) => unknown,
  snapshot: (input: DecisionRequest) => SnapshotDecision = () => ({ type: 'none' }),
  settings: object = {},
) {
  const messaging = { request: async (_: unknown, input: DecisionRequest) => request(input) } as Pick<
    Messaging,
    'request'
  >;
  const silent = { error: () => undefined, warn: () => undefined };
  const client = new DecisionClient(messaging, { decide: snapshot }, silent);
  return client.judge(question, settingsSchema.parse(settings), 0);
}
const away = (code: MessagingErrorCode) => () => {
  throw new MessagingError(code, 'away');
};

test('an allow admits', async () => {
  expect(await judge((request) => answerTo(request))).toMatchObject({ allowed: true });
});

test.each(['block', 'stepUp', 'protect', 'coach'])('%s admits nobody', async (action) => {
  expect((await judge((request) => answerTo(request, { action }))).allowed).toBe(false);
});

test.each([
  ['needs', (request: DecisionRequest) => ({ ...answerTo(request), type: 'needs' })],
  ['another question', (request: DecisionRequest) => ({ ...answerTo(request), decisionId: 'x' })],
  ['BROKEN', away('BROKEN')],
  ['REFUSED', away('REFUSED')],
  ['a surprise', () => null],
])('broken blocks, whatever the default behaviour: %s', async (_, request) => {
  const judgement = await judge(request, () => ({ type: 'none' }), { defaultBehaviour: 'allow' });
  expect(judgement).toMatchObject({ allowed: false, verdict: { reason: 'DEFAULT_BROKEN' } });
});

test.each(['UNREACHABLE', 'TIMEOUT'] as const)('%s follows the default behaviour', async (code) => {
  const blocked = await judge(away(code));
  expect(blocked).toMatchObject({ allowed: false, verdict: { reason: 'DEFAULT_UNREACHABLE' } });
  expect(blocked.cause).toContain('blocked due to default behaviour');
  const allowed = await judge(away(code), () => ({ type: 'none' }), { defaultBehaviour: 'allow' });
  expect(allowed).toMatchObject({ allowed: true, verdict: { reason: 'DEFAULT_UNREACHABLE' } });
});

test('a snapshot decides before the default behaviour, and a forged one blocks', async () => {
  const decided = await judge(away('TIMEOUT'), (request) => ({
    type: 'decided',
    answer: { ...answerTo(request), stale: true } as DecisionAnswer,
  }));
  expect(decided).toMatchObject({ allowed: true, stale: true });
  const forged = await judge(away('TIMEOUT'), () => ({ type: 'broken' }), { defaultBehaviour: 'allow' });
  expect(forged.allowed).toBe(false);
});
