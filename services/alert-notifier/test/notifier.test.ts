import { alertGet, alertList, alertUpdate, channelTest } from '@gatehouse/contracts/queries';
import { once } from '@gatehouse/postgres/inbox';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { consumerName } from '../src/notifier.ts';
import { recordAlerts } from '../src/record-alert.handler.ts';
import { activityOf, publish, startWorld, type World } from './world.ts';

let world: World;
let notifiers: Awaited<ReturnType<World['start']>>;
let clockAhead = 0;

beforeAll(async () => {
  world = await startWorld();
  await world.policies(
    { id: 'storm', alerts: { enabled: true, dailyLimit: 5, email: ['soc@example.com'] } },
    { id: 'two', alerts: { enabled: true, email: ['gone@example.com', 'soc@example.com'], sms: ['+12025550199'] } },
    { id: 'full', alerts: { enabled: true, dailyLimit: 4, email: ['FULL@example.com'] } },
    { id: 'phone', alerts: { enabled: true, dailyLimit: 50, sms: ['+12025550177'] } },
  );
  notifiers = await world.start(3, () => new Date(Date.now() + clockAhead));
});
afterAll(() => world.stop());
beforeEach(() => {
  world.mail.clear();
  world.sms.clear();
});

const until = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 50 });
const counts = async (policyId: string) => (await world.messaging.request(alertList, { policyId, limit: 500 })).counts;
const settled = (policyId: string) =>
  until(async () => {
    const [row] = await world.dataSource.query(
      "SELECT count(*)::int AS open FROM deliveries WHERE status = 'pending' AND policy_id = $1",
      [policyId],
    );
    expect(row.open).toBe(0);
  });

test('100 matches at once, 3 notifiers, limit 5: 5 sent, 95 suppressed, 1 digest', async () => {
  await publish(
    world,
    ...Array.from({ length: 100 }, (_, index) => activityOf('storm', { user: `user${index % 3}@example.com` })),
  );
  await until(async () => expect(await counts('storm')).toEqual({ open: 100, sent: 5, suppressed: 95 }));
  await settled('storm');
  const mails = world.mail.messages();
  expect(mails).toHaveLength(5);
  expect(mails.filter((mail) => mail.text.includes("last alert within today's limit"))).toHaveLength(1);
  expect(mails[0]?.subject).toBe('[High] Blocked: download Finance.xlsx – box – policy "Policy storm"');

  world.mail.clear();
  clockAhead = 86_400_000;
  const written = await Promise.all(notifiers.map((notifier) => notifier.digest()));
  clockAhead = 0;
  expect(written.reduce((sum, count) => sum + count, 0)).toBe(1);
  await world.dataSource.query("UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'");
  await until(() => expect(world.mail.messages()).toHaveLength(1));
  expect(world.mail.messages()[0]?.text).toContain(
    'Matched: 100\nAlerts sent: 5\nSuppressed: 95\nTop users: user0@example.com (34)',
  );
  expect(world.mail.messages()[0]?.headers['list-unsubscribe']).toContain('/alert-link?token=');
  expect(await notifiers[0]?.digest()).toBe(0);
});

test('one bad recipient stops no other, and the delivery log keeps every answer', async () => {
  const activity = activityOf('two');
  await publish(world, activity);
  await until(() => expect(world.sms.messages()).toHaveLength(1));
  await settled('two');
  expect(world.mail.messages()).toMatchObject([{ to: ['soc@example.com'] }]);
  const link = `https://portal.example.com/activity?id=${activity.id}`;
  expect(world.mail.messages()[0]?.text).toContain(link);
  expect(world.sms.messages()[0]?.body).toBe(`Gatehouse HIGH alert: Policy two #1 today. ${link}`);

  const { alerts } = await world.messaging.request(alertList, { policyId: 'two' });
  const { alert, deliveries } = await world.messaging.request(alertGet, { id: alerts[0]!.id });
  expect(alert).toMatchObject({
    activityId: activity.id,
    fileName: 'Finance.xlsx',
    action: 'block',
    suppressed: false,
  });
  expect(deliveries).toMatchObject([
    { channel: 'email', recipient: 'gone@example.com', status: 'failed', error: expect.stringContaining('550') },
    { channel: 'email', recipient: 'soc@example.com', status: 'delivered', providerId: expect.stringContaining('250') },
    { channel: 'sms', recipient: '+12025550199', status: 'delivered', providerId: world.sms.messages()[0]?.sid },
  ]);
});

test('an event that comes twice makes one alert', async () => {
  const activity = activityOf('twice');
  await publish(world, activity, activity);
  await until(() => expect(world.mail.messages()).toHaveLength(1));
  // As when it comes again after the deduplication window of the bus: the inbox knows it.
  const effect = () => Promise.reject(new Error('must not run'));
  expect(await once(world.dataSource, consumerName, activity.id, effect)).toBe(false);
  expect(await counts('twice')).toEqual({ open: 1, sent: 1, suppressed: 0 });
  // A policy that is not in the snapshot alerts the organisation.
  expect(world.mail.messages()[0]?.to).toEqual(['org@example.com']);
});

test('the message id of a repeat is the one of the first attempt', async () => {
  await publish(world, activityOf('again'));
  await until(() => expect(world.mail.messages()).toHaveLength(1));
  await settled('again');
  // As after a crash between the provider's answer and our commit.
  await world.dataSource.query(
    "UPDATE deliveries SET status = 'pending', next_attempt_at = now() WHERE policy_id = 'again'",
  );
  await until(() => expect(world.mail.messages()).toHaveLength(2));
  const [first, second] = world.mail.messages();
  expect(second?.messageId).toBe(first?.messageId);
  expect(first?.messageId).toMatch(/^<[0-9a-f-]{36}@gatehouse\.example>$/);
  expect(first?.headers['auto-submitted']).toBe('auto-generated');
});

test('an 11th SMS to one number on one day is capped, and said so', async () => {
  await publish(world, ...Array.from({ length: 12 }, () => activityOf('phone')));
  await until(async () => expect((await counts('phone')).sent).toBe(12));
  await settled('phone');
  expect(world.sms.messages()).toHaveLength(10);
  const [row] = await world.dataSource.query(
    "SELECT count(*) FILTER (WHERE status = 'capped')::int AS capped, count(*) FILTER (WHERE status = 'delivered')::int AS delivered FROM deliveries WHERE policy_id = 'phone'",
  );
  expect(row).toEqual({ capped: 2, delivered: 10 });
});

test('the 501st e-mail to one address on one day is capped, and nothing is lost in the sums', async () => {
  const day = new Date().toISOString().slice(0, 10);
  await world.dataSource.query(
    "INSERT INTO recipient_days (channel, recipient, day, used) VALUES ('email', 'full@example.com', $1, 498)",
    [day],
  );
  await publish(world, ...Array.from({ length: 6 }, () => activityOf('full')));
  await until(async () => expect((await counts('full')).sent).toBe(4));
  await settled('full');
  const rows: { status: string; count: number }[] = await world.dataSource.query(
    "SELECT status, count(*)::int AS count FROM deliveries WHERE policy_id = 'full' GROUP BY status ORDER BY status",
  );
  // Six matches: four within the policy's limit, two suppressed; of the four, two found room in the recipient's day.
  expect(await counts('full')).toEqual({ open: 6, sent: 4, suppressed: 2 });
  expect(rows).toEqual([
    { status: 'capped', count: 2 },
    { status: 'delivered', count: 2 },
  ]);
});

test('a bypass that begins or is used alerts the organisation', async () => {
  const use = { reason: 'BYPASS', appliedAction: 'bypass', cause: 'bypass until noon' } as const;
  await publish(world, activityOf('x', { ...use, matchedPolicies: [] }));
  await until(() => expect(world.mail.messages()).toHaveLength(1));
  expect(world.mail.messages()[0]).toMatchObject({
    to: ['org@example.com'],
    text: expect.stringContaining('Bypass of box'),
  });
  expect(await counts('bypass:box')).toEqual({ open: 1, sent: 1, suppressed: 0 });
});

test('one alert per outage, however many activities, and another after a quiet time', async () => {
  const down = (minutes: number) =>
    activityOf('x', {
      matchedPolicies: [],
      time: new Date(Date.now() - 60_000 * minutes).toISOString(),
      appliedAction: 'defaultBlock',
      reason: 'UNSCANNABLE_SCANNER_DOWN',
      cause: `dlp-scanner gave no answer in ${800 + minutes} ms`,
    });
  await publish(world, down(60));
  await until(async () => expect((await counts('outage:UNSCANNABLE_SCANNER_DOWN')).sent).toBe(1));
  await publish(world, ...Array.from({ length: 10 }, (_, index) => down(50 + index)));
  await publish(world, down(5));
  await until(async () => expect((await counts('outage:UNSCANNABLE_SCANNER_DOWN')).sent).toBe(2));
  await until(() => expect(world.mail.messages()).toHaveLength(2));
  expect(world.mail.messages()[0]?.subject).toContain('Outage: dlp-scanner gave no answer');
});

test('header injection through a file name stays text', async () => {
  await publish(
    world,
    activityOf('inject', { object: { name: 'a\r\nBcc: victim@example.com\r\n\r\n<script>x</script>.txt' } }),
  );
  await until(() => expect(world.mail.messages()).toHaveLength(1));
  const mail = world.mail.messages()[0];
  expect(mail?.envelopeTo).toEqual(['org@example.com']);
  expect(mail?.headers.bcc).toBeUndefined();
  expect(mail?.subject).toContain('a Bcc: victim@example.com <script>');
  expect(mail?.html).not.toContain('<script>');
});

test('alerts are closed with a resolution, and reopened without one', async () => {
  const { alerts } = await world.messaging.request(alertList, { policyId: 'two' });
  const ids = [alerts[0]!.id];
  await world.messaging.request(alertUpdate, { ids, state: 'closed', resolution: 'benign', by: 'admin' });
  expect((await world.messaging.request(alertList, { state: 'closed' })).alerts).toMatchObject([
    { id: ids[0], resolution: 'benign' },
  ]);
  await world.messaging.request(alertUpdate, { ids, state: 'open', by: 'admin' });
  expect((await world.messaging.request(alertGet, { id: ids[0]! })).alert).not.toHaveProperty('resolution');
});

test.each([
  ['email', 'soc@example.com', true, '250'],
  ['email', 'gone@example.com', false, '550'],
  ['email', 'not an address', false, 'not an e-mail address'],
  ['sms', '+12025550111', true, 'SM'],
  ['sms', '12025550111', false, 'E.164'],
] as const)('test message: %s to %s', async (channel, recipient, ok, answer) => {
  const got = await world.messaging.request(channelTest, { channel, recipient, by: 'admin' });
  expect(got).toEqual({ ok, answer: expect.stringContaining(answer) });
});

test('a failing effect leaves nothing behind', async () => {
  const deps = {
    settingsOf: () => undefined,
    mac: undefined,
    organisation: { email: ['a@example.com'], sms: [] },
    portalUrl: 'x',
    mailFrom: 'a@b',
  };
  const record = { ...deps, now: () => new Date(), newId: () => 'not a uuid' };
  const failing = world.dataSource.transaction((manager) => recordAlerts(manager, activityOf('broken'), record));
  await expect(failing).rejects.toThrow();
  expect(await counts('broken')).toEqual({ open: 0, sent: 0, suppressed: 0 });
  expect(await world.dataSource.query("SELECT 1 FROM policy_days WHERE policy_id = 'broken'")).toEqual([]);
  expect(world.errors).toEqual([]);
});
