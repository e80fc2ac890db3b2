import { settingsSchema } from '@gatehouse/contracts/catalogue';
import { MessagingError } from '@gatehouse/messaging/messaging-error';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DecisionClient } from '../src/decision.client.ts';
import { SnapshotClient } from '../src/snapshot.client.ts';
import { keySpellings, nobody, now, question, signed, snapshotOf, startWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
beforeEach(async () => {
  await world.clear();
  await world.answers(undefined);
});

const verdict = { action: 'allow', reason: 'NO_MATCH', obligations: [], matched: [], reportOnly: [] };
const allow = ({ decisionId }: { decisionId: string }) => ({ type: 'verdict', decisionId, verdict, trace: [] });
const silent = { error: () => undefined, warn: () => undefined };

async function decide(
  defaultBehaviour: 'allow' | 'block' = 'allow',
  app: { defaultBehaviour?: 'allow' | 'block' } = {},
) {
  const snapshot = new SnapshotClient(keySpellings.pem);
  await snapshot.watch(world.pep);
  const client = new DecisionClient(world.pep, snapshot, silent);
  const settings = settingsSchema.parse({ defaultBehaviour });
  const { answer, cause } = await client.decide(question(), { app, settings, now });
  const { action, reason } = answer.type === 'verdict' ? answer.verdict : { action: answer.type, reason: undefined };
  return { action, reason, cause, stale: answer.type === 'verdict' && answer.stale };
}

const blocked = { action: 'block', reason: 'DEFAULT_BROKEN' };

describe('the PDP answers', () => {
  test('its verdict holds, whatever the snapshot says', async () => {
    await world.put(snapshotOf([nobody]));
    await world.answers(allow);
    expect(await decide('block')).toEqual({ action: 'allow', reason: 'NO_MATCH', cause: undefined, stale: false });
  });

  test('what it needs is handed on', async () => {
    const needs = { size: false, label: false, malware: false, content: ['us-ssn'] };
    await world.answers(({ decisionId }) => ({ type: 'needs', decisionId, needs, trace: [] }));
    expect(await decide()).toMatchObject({ action: 'needs' });
  });
});

describe('a broken answer blocks, whatever the default behaviour and the snapshot', () => {
  beforeEach(() => world.put(snapshotOf([])));

  test.each([
    ['to another question', () => allow({ decisionId: question().decisionId })],
    ['of another shape', () => ({ type: 'verdict', verdict: 'allow' })],
    ['with an unknown action', (asked: { decisionId: string }) => ({ ...allow(asked), verdict: { action: 'wave' } })],
    ['nothing', () => null],
    ['an exception', () => Promise.reject(new Error('boom'))],
    ['a refusal', () => Promise.reject(new MessagingError('REFUSED', 'no'))],
  ])('%s', async (_name, answer) => {
    await world.answers(answer);
    const decided = await decide('allow');
    expect(decided).toMatchObject(blocked);
    expect(decided.cause).toMatch(/^blocked due to default behaviour: the policy decision /);
  });

  test('no JSON', async () => {
    const stop = await world.mumbles();
    expect(await decide('allow')).toMatchObject(blocked);
    stop();
  });
});

describe.each([
  ['nobody serves', undefined],
  ['it is too late', (asked: { decisionId: string }) => new Promise((go) => setTimeout(() => go(allow(asked)), 1_200))],
])('the PDP is away: %s', (_name, answer) => {
  beforeEach(() => world.answers(answer));

  test('the signed snapshot decides', async () => {
    await world.put(snapshotOf([nobody]));
    expect(await decide('allow')).toMatchObject({ action: 'block', reason: 'POLICY', stale: true });
  });

  test('without one the default behaviour does, an app may have its own', async () => {
    const allowed = 'allowed due to default behaviour: the policy decision service is unreachable';
    expect(await decide('allow')).toMatchObject({ action: 'allow', reason: 'DEFAULT_UNREACHABLE', cause: allowed });
    expect(await decide('allow', { defaultBehaviour: 'block' })).toMatchObject({ action: 'block' });
    expect(await decide('block')).toMatchObject({ action: 'block', reason: 'DEFAULT_UNREACHABLE' });
  });

  test('a snapshot that is too old counts as none, a forged one blocks', async () => {
    await world.put(snapshotOf([nobody], 7, new Date(now - 16 * 60_000).toISOString()));
    expect(await decide('allow')).toMatchObject({ action: 'allow', reason: 'DEFAULT_UNREACHABLE' });
    await world.put({ ...snapshotOf([]), signature: signed('something else').signature });
    expect(await decide('allow')).toMatchObject(blocked);
  });
});

test('without NATS the snapshot at hand decides', async () => {
  await world.put(snapshotOf([nobody]));
  const snapshot = new SnapshotClient(keySpellings.pem);
  await snapshot.watch(world.pep);
  await world.nats.halt();
  const client = new DecisionClient(world.pep, snapshot, silent);
  const asked = { app: {}, settings: settingsSchema.parse({}), now };
  expect((await client.decide(question(), asked)).answer).toMatchObject({ stale: true, verdict: { action: 'block' } });
  await world.nats.resume();
});
