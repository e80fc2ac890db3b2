// What becomes of alerts after they were sent: lifecycle, signed links, preferences, and whom the notifier believes.
import { generateKeyPairSync, sign } from 'node:crypto';
import {
  alertGet,
  alertLink,
  alertList,
  alertUndo,
  alertUpdate,
  recipientList,
  recipientPrefer,
} from '@gatehouse/contracts/queries';
import { snapshotBucket } from '@gatehouse/contracts/snapshot';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { activityOf, publish, startWorld, type World } from './world.ts';

let world: World;
let notifiers: Awaited<ReturnType<World['start']>>;
let clockAhead = 0;
beforeAll(async () => {
  world = await startWorld();
  await world.policies(
    { id: 'p', alerts: { enabled: true, dailyLimit: 100, email: ['soc@example.com'] } },
    { id: 'q', alerts: { enabled: true, dailyLimit: 100, email: ['soc@example.com', 'two@example.com'] } },
  );
  notifiers = await world.start(2, () => new Date(Date.now() + clockAhead));
});
afterAll(() => world.stop());
beforeEach(() => {
  clockAhead = 0;
  world.mail.clear();
});

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 50 });
const get = (id: string) => world.messaging.request(alertGet, { id });
const update = (change: object, ids: string[]) =>
  world.messaging.request(alertUpdate, { ids, by: 'ada', ...change } as never);

/** One alert with its mail. */
async function newAlert(policyId = 'p') {
  const activity = activityOf(policyId);
  await publish(world, activity);
  const found = async () =>
    (await world.messaging.request(alertList, { policyId, limit: 500 })).alerts.find(
      (one) => one.activityId === activity.id,
    );
  await until(async () => expect(await found()).toBeDefined());
  return (await found())!.id;
}
async function mailOf() {
  await until(() => expect(world.mail.messages()).toHaveLength(1));
  return world.mail.messages()[0]!;
}
const tokenOf = (text: string, label: string) => new RegExp(`${label}: \\S+token=(\\S+)`).exec(text)?.[1] ?? '';
const follow = (token: string, act: boolean, hours?: number) =>
  world.messaging.request(alertLink, { token, act, ...(hours === undefined ? {} : { hours }) });

test('assign, comment, close in bulk, and undo it all with one call', async () => {
  const ids = [await newAlert(), await newAlert()];
  await update({ assignee: 'bob', comment: 'looking at it' }, ids);
  const { changeId, updated } = await update({ state: 'closed', resolution: 'falsePositive' }, ids);
  expect(updated).toBe(2);
  expect((await get(ids[0]!)).alert).toMatchObject({ state: 'closed', resolution: 'falsePositive', assignee: 'bob' });
  const stranger = await world.messaging.request(alertUndo, { changeId: changeId!, by: 'eve' });
  expect(stranger.undone).toBe(0);
  expect((await world.messaging.request(alertUndo, { changeId: changeId!, by: 'ada' })).undone).toBe(2);
  const { alert, timeline } = await get(ids[1]!);
  expect(alert).toMatchObject({ state: 'open', assignee: 'bob' });
  expect(alert).not.toHaveProperty('resolution');
  expect(timeline).toMatchObject([
    { by: 'ada', assignee: 'bob', comment: 'looking at it' },
    { by: 'ada', state: 'closed', resolution: 'falsePositive' },
    { by: 'ada', state: 'open', undone: true },
  ]);
  expect((await world.messaging.request(alertUndo, { changeId: changeId!, by: 'ada' })).undone).toBe(0);
});

test('undo comes too late after the ten seconds, and never over what someone did since', async () => {
  const [late, touched] = [await newAlert(), await newAlert()];
  const { changeId: first } = await update({ state: 'acknowledged' }, [late]);
  clockAhead = 13_000;
  expect((await world.messaging.request(alertUndo, { changeId: first!, by: 'ada' })).undone).toBe(0);
  const { changeId: second } = await update({ state: 'acknowledged' }, [touched]);
  await update({ by: 'bob', state: 'closed', resolution: 'benign' }, [touched]);
  expect((await world.messaging.request(alertUndo, { changeId: second!, by: 'ada' })).undone).toBe(0);
  expect((await get(touched)).alert?.state).toBe('closed');
});

test('a snoozed alert opens again when its time has come, once', async () => {
  const id = await newAlert();
  await update({ state: 'snoozed', snoozedUntil: new Date(Date.now() + 3_600_000).toISOString() }, [id]);
  expect(await Promise.all(notifiers.map((one) => one.wake()))).toEqual([0, 0]);
  clockAhead = 3_700_000;
  const woken = await Promise.all(notifiers.map((one) => one.wake()));
  expect(woken.reduce((sum, count) => sum + count, 0)).toBe(1);
  expect((await get(id)).alert).toMatchObject({ state: 'open' });
});

test('the links of an e-mail: looking changes nothing, acting does, and each does its own thing only', async () => {
  const id = await newAlert();
  const mail = await mailOf();
  const acknowledge = tokenOf(mail.text, 'Acknowledge');
  expect(await follow(acknowledge, false)).toMatchObject({ type: 'form', action: 'acknowledge', severity: 'high' });
  expect((await get(id)).alert?.state).toBe('open');
  expect(await follow(acknowledge, true, 24)).toMatchObject({ type: 'done', action: 'acknowledge' });
  expect((await get(id)).alert?.state).toBe('acknowledged');
  await follow(tokenOf(mail.text, 'Snooze'), true, 24);
  const { alert, timeline } = await get(id);
  expect(alert?.state).toBe('snoozed');
  expect(Date.parse(alert?.snoozedUntil ?? '') - Date.now()).toBeGreaterThan(23 * 3_600_000);
  expect(timeline.at(-1)?.by).toBe('soc@example.com (link)');

  await update({ state: 'closed', resolution: 'benign' }, [id]);
  expect(await follow(acknowledge, true)).toEqual({ type: 'refused', cause: 'closed' });
  clockAhead = 8 * 86_400_000;
  expect(await follow(acknowledge, true)).toEqual({ type: 'refused', cause: 'expired' });
  expect(await follow(`${acknowledge}x`, true)).toEqual({ type: 'refused', cause: 'invalid' });
});

test('List-Unsubscribe stops the e-mails of its recipient only, and every unsent one is written down', async () => {
  await newAlert('q');
  await until(() =>
    expect(
      world.mail
        .messages()
        .map(({ to }) => to[0])
        .sort(),
    ).toEqual(['soc@example.com', 'two@example.com']),
  );
  const own = world.mail.messages().find(({ to }) => to[0] === 'soc@example.com')!;
  expect(own.headers['list-unsubscribe-post']).toBe('List-Unsubscribe=One-Click');
  const token = /token=([^>]+)>/.exec(String(own.headers['list-unsubscribe']))?.[1] ?? '';
  expect(await follow(token, true)).toMatchObject({ type: 'done', action: 'unsubscribe' });
  world.mail.clear();
  const id = await newAlert('q');
  expect((await mailOf()).to).toEqual(['two@example.com']);
  expect((await get(id)).deliveries).toMatchObject([
    { recipient: 'soc@example.com', status: 'muted', error: 'recipient wants no alerts' },
    { recipient: 'two@example.com' },
  ]);
  const prefer = { channel: 'email', recipient: 'SOC@example.com', leastSeverity: 'high', by: 'ada' } as const;
  await world.messaging.request(recipientPrefer, prefer);
  expect((await world.messaging.request(recipientList, {})).recipients).toMatchObject([
    { recipient: 'soc@example.com', leastSeverity: 'high', updatedBy: 'ada' },
  ]);
});

test.each([
  ['another key', (payload: string) => sign(null, Buffer.from(payload), generateKeyPairSync('ed25519').privateKey)],
  ['no signature', () => Buffer.alloc(0)],
])('a snapshot with %s redirects no alert', async (_, signer) => {
  const payload = JSON.stringify({ version: 9, issuedAt: new Date().toISOString(), policies: [] });
  const before = world.errors.length;
  const bucket = await world.messaging.bucket(snapshotBucket);
  await bucket.put('current', { payload, signature: signer(payload).toString('base64url'), keyId: 'k' });
  await until(() => expect(world.errors.length).toBeGreaterThan(before));
  await newAlert('q');
  await until(() => expect(world.mail.messages().some(({ to }) => to[0] === 'two@example.com')).toBe(true));
  expect(world.mail.messages().some(({ to }) => to[0] === 'org@example.com')).toBe(false);
});
