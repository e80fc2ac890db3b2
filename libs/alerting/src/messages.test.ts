// One alert, as each channel says it.
import { activitySchema } from '@gatehouse/contracts/activity';
import { expect, test } from 'vitest';
import { messageIdOf, retryDelayMs, threadIdOf } from './delivery.ts';
import { renderDigestEmail } from './digest.ts';
import { renderAlertEmail } from './email.ts';
import { noticeOf } from './notice.ts';
import { gsm7Length, renderAlertSms, renderDigestSms, toGsm7 } from './sms.ts';
import { renderAlertWebhook, webhookHeaders } from './webhook.ts';

const activity = activitySchema.parse({
  id: '0198c2b0-1111-7000-8000-000000000001',
  referenceId: 'GH-7K3M-9QXT',
  time: '2026-03-01T10:00:00.000Z',
  app: 'box',
  host: 'box.example.com',
  activityType: 'download',
  user: 'eve@example.com',
  ip: '203.0.113.9',
  country: 'NL',
  object: { name: 'Fin<b>ance\r\nBcc: x@y.z\r\n.xlsx' },
  scan: { status: 'completed', findings: [{ type: 'us-ssn', confidence: 85, place: 'p1', evidence: 'SSN XXX' }] },
  appliedAction: 'block',
  reason: 'POLICY',
});
const alert = {
  policyId: 'p1',
  policyName: 'Block "Sensitive" – Box',
  severity: 'high',
  dailyLimit: 5,
  recipients: [],
} as const;
const sent = { alertId: 'a1', position: 5, lastWithinLimit: true };
const notice = noticeOf(activity, alert, sent, 'https://portal.example.com/');

test('e-mail: who, what, policy, action, link, in one subject line, escaped', () => {
  const mail = renderAlertEmail(notice);
  expect(mail.subject).toBe(
    '[High] Blocked: download Fin<b>ance Bcc: x@y.z .xlsx – box – policy "Block "Sensitive" – Box"',
  );
  expect(mail.text).toContain('Who: eve@example.com\nWhat: Blocked: download\n');
  expect(mail.text).toContain('https://portal.example.com/activity?id=0198c2b0-1111-7000-8000-000000000001');
  expect(mail.text).toContain("last alert within today's limit");
  expect(mail.html).toContain('Fin&lt;b&gt;ance');
  expect(mail.html).not.toContain('<b>');
  expect(`${mail.text}${mail.html}`).not.toContain('SSN XXX');
});

test('e-mail: earlier alerts do not speak of the limit', () => {
  expect(renderAlertEmail({ ...notice, lastWithinLimit: false }).text).not.toContain('limit');
});

test('SMS: one GSM-7 segment, no user, file, app or address', () => {
  const text = renderAlertSms(notice);
  expect(text).toBe(
    'Gatehouse HIGH alert: Block "Sensitive" - Box #5 today, last within limit. https://portal.example.com/activity?id=0198c2b0-1111-7000-8000-000000000001',
  );
  expect(gsm7Length(text)).toBeLessThanOrEqual(160);
  expect(text).not.toMatch(/eve|Fin|203\.0/);
});

test.each([
  ['a very long portal address', { link: `https://${'portal.'.repeat(20)}example.com/activity?id=x` }, 'GH-7K3M-9QXT'],
  ['a name with an address', { policyName: 'Watch eve@example.com' }, 'alert #5 today'],
  ['a name with a file', { policyName: 'Block Q3.xlsx' }, 'alert #5 today'],
  ['a name outside GSM-7', { policyName: '機密 – Černý' }, '?? - Cerny'],
])('SMS: %s', (_title, change, part) => {
  const text = renderAlertSms({ ...notice, ...change });
  expect(text).toContain(part);
  expect(gsm7Length(text)).toBeLessThanOrEqual(160);
  expect(text).not.toMatch(/eve@|Q3/);
});

test('SMS: extension characters count twice', () => {
  expect(gsm7Length('[€]')).toBe(6);
  expect(gsm7Length('č')).toBeUndefined();
  expect(toGsm7('“Größe” – Ångström…')).toBe('"Größe" - Ångström...');
  const text = renderAlertSms({ ...notice, link: 'https://p.example.com/a', policyName: '{'.repeat(200) });
  expect(gsm7Length(text)).toBeLessThanOrEqual(160);
});

test('digest: sent and suppressed add up to matched', () => {
  const mail = renderDigestEmail({
    policyName: 'P\n1',
    day: '2026-03-01',
    sent: 5,
    suppressed: 95,
    topUsers: [{ name: '<eve>', count: 60 }],
    topApps: [{ name: 'box', count: 100 }],
    link: 'https://portal.example.com/alerts?policy=p1',
  });
  expect(mail.subject).toBe('[Digest] 5 sent, 95 suppressed – policy "P 1" – 2026-03-01');
  expect(mail.text).toContain('Matched: 100\nAlerts sent: 5\nSuppressed: 95\nTop users: <eve> (60)');
  expect(mail.html).toContain('&lt;eve&gt; (60)');
  expect(renderDigestSms('P', '2026-03-01', 5, 95)).toBe(
    'Gatehouse digest: P on 2026-03-01 UTC: 5 sent, 95 suppressed.',
  );
});

test('webhook: signed over id, time and body, once per secret', () => {
  const body = renderAlertWebhook(notice);
  expect(JSON.parse(body)).toMatchObject({ type: 'alert.sent', data: { alertId: 'a1', referenceId: 'GH-7K3M-9QXT' } });
  expect(webhookHeaders('d1', 1700000000, '{}', ['new', 'old'], (secret, text) => `${secret}(${text})`)).toEqual({
    'webhook-id': 'd1',
    'webhook-timestamp': '1700000000',
    'webhook-signature': 'v1,new(d1.1700000000.{}) v1,old(d1.1700000000.{})',
  });
});

test('message ids are stable and carry the sender domain; retries double to 10 minutes', () => {
  expect(messageIdOf('d1', 'Gatehouse <alerts@example.com>')).toBe('<d1@example.com>');
  expect(threadIdOf('outage:X', '2026-03-01', 'a@b.example')).toBe('<outage-X.2026-03-01@b.example>');
  expect([1, 2, 3, 20].map((attempts) => retryDelayMs(attempts, 0.5))).toEqual([5000, 10000, 20000, 600000]);
});
