import { appSchema, settingsSchema } from '@gatehouse/contracts/catalogue';
import { type DecisionAnswer, type DecisionRequest, decisionAnswerSchema } from '@gatehouse/contracts/decision';
import { broken, type Decided } from '@gatehouse/enforcement/decision.client';
import { expect, test } from 'vitest';
import { judge, judgeUnknownUser, type Question } from './judgement.ts';

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
const verdict = { action: 'allow', reason: 'NO_MATCH', obligations: [], matched: [], reportOnly: [] };
const answer = (decisionId: string, change: object = {}, trace: object[] = []): DecisionAnswer =>
  decisionAnswerSchema.parse({ type: 'verdict', decisionId, verdict: { ...verdict, ...change }, trace });
const moment = { catalogue: { settings: settingsSchema.parse({ defaultBehaviour: 'allow' }) }, now: 0 };

const deciding = (decided: (request: DecisionRequest) => Decided) => ({
  decide: async (request: DecisionRequest) => decided(request),
});
const judged = (decided: (request: DecisionRequest) => Decided) => judge(deciding(decided), question, moment);

test('an allow admits', async () => {
  expect(await judged(({ decisionId }) => ({ answer: answer(decisionId) }))).toMatchObject({ allowed: true });
});

test.each(['block', 'stepUp', 'protect', 'coach'])('%s admits nobody', async (action) => {
  expect((await judged(({ decisionId }) => ({ answer: answer(decisionId, { action }) }))).allowed).toBe(false);
});

test('an answer that needs more is broken, for access policies know all their facts', async () => {
  const needs = { size: true, label: false, malware: false, content: [], contentSource: 'content' as const };
  const judgement = await judged(({ decisionId }) => ({ answer: { type: 'needs', decisionId, needs, trace: [] } }));
  expect(judgement).toMatchObject({ allowed: false, verdict: { reason: 'DEFAULT_BROKEN' } });
  expect(judgement.cause).toContain('blocked due to default behaviour');
});

test('a block by default carries its cause', async () => {
  expect(await judged(({ decisionId }) => broken(decisionId, 'it is'))).toMatchObject({
    allowed: false,
    cause: 'blocked due to default behaviour: it is',
  });
});

const row = (field: string) => ({
  ...{ field, operator: 'equals', values: ['mobileDesktop'], result: 'hit', satisfied: true },
  ...{ seen: ['mobileDesktop'], part: 'activity' },
});
const blocking = (...fields: string[]) => ({
  ...{ policyId: 'p', version: 1, name: 'p', state: 'enabled', severity: 'high', outcome: 'matched', action: 'block' },
  rows: fields.map(row),
});

test.each([
  ['the client alone', ['clientApp'], true],
  ['the client and the user', ['clientApp', 'user.group'], false],
  ['the address alone', ['ip.category'], false],
])('before the login a block that rests on %s', async (_name, fields, refuses) => {
  const decisions = deciding(({ decisionId }) => ({
    answer: answer(decisionId, { action: 'block', reason: 'POLICY' }, [blocking(...fields)]),
  }));
  const { subject: _subject, ...unknown } = question;
  expect((await judgeUnknownUser(decisions, unknown, moment)) !== undefined).toBe(refuses);
});

test('before the login nobody is refused because nobody answers', async () => {
  const { subject: _subject, ...unknown } = question;
  const away = deciding(({ decisionId }) => broken(decisionId, 'away'));
  expect(await judgeUnknownUser(away, unknown, moment)).toBeUndefined();
});
