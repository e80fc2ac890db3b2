// Alerts in the portal: changes with undo, who wants to hear of what, and the page behind the links of e-mails.
import { alertLink, alertUndo, alertUpdate, recipientPrefer } from '@gatehouse/contracts/queries';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, firstAdmin, signInAs, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;
let reader: Client;
const asked: Record<string, unknown>[] = [];
const id = '0198c1a0-0000-7000-8000-000000000001';
const changeId = '0198c1a0-0000-4000-8000-000000000002';

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
  reader = await signInAs(portal, admin, 'reader');
  const note =
    <T>(answer: T) =>
    async (input: object) => {
      asked.push(input as Record<string, unknown>);
      return answer;
    };
  portal.messaging.serve(alertUpdate, note({ updated: 1, changeId }));
  portal.messaging.serve(alertUndo, note({ undone: 1 }));
  portal.messaging.serve(recipientPrefer, note({}));
  portal.messaging.serve(alertLink, async (input) => {
    asked.push(input);
    if (input.token !== 'good.token') return { type: 'refused', cause: 'invalid' } as const;
    const about = {
      action: 'snooze',
      recipient: 'soc@example.com',
      policyName: '<b>Box</b>',
      severity: 'high',
    } as const;
    return { type: input.act ? ('done' as const) : ('form' as const), ...about };
  });
});
afterAll(() => portal.stop());

test('a change names its maker, can be undone, and is audited', async () => {
  const change = { ids: [id], state: 'closed', resolution: 'benign', comment: 'known', assignee: 'bob@example.com' };
  expect((await admin.send('PATCH', '/alerts', change)).body).toEqual({ updated: 1, changeId });
  expect(asked.at(-1)).toEqual({ ...change, by: 'ada@example.com' });
  expect((await admin.send('POST', '/alerts/undo', { changeId })).body).toEqual({ undone: 1 });
  const { body } = await admin.send('GET', '/audit');
  expect(JSON.stringify(body)).toContain('benign');
  expect(JSON.stringify(body)).toContain('"undo"');
});

test('every wrong field is named at once, and nothing is asked', async () => {
  const before = asked.length;
  const bad = await admin.send('PATCH', '/alerts', {
    ids: [id],
    state: 'open',
    resolution: 'benign',
    snoozedUntil: '2026-01-01T00:00:00Z',
  });
  expect([bad.status, bad.body.errors.map((one: { field: string }) => one.field)]).toEqual([
    422,
    ['resolution', 'snoozedUntil'],
  ]);
  expect((await admin.send('PATCH', '/alerts', { ids: [id] })).status).toBe(422);
  expect((await admin.send('PATCH', '/alerts', { ids: [id], state: 'snoozed' })).status).toBe(422);
  expect(asked.length).toBe(before);
});

test("a reader changes no alert and no one else's e-mails, but the own", async () => {
  expect((await reader.send('PATCH', '/alerts', { ids: [id], state: 'closed' })).status).toBe(403);
  expect((await reader.send('POST', '/alerts/undo', { changeId })).status).toBe(403);
  const other = { channel: 'email', recipient: 'ada@example.com', leastSeverity: 'none' };
  expect((await reader.send('PUT', '/alert-recipients', other)).status).toBe(403);
  expect((await reader.send('PUT', '/me/alerts', { leastSeverity: 'high' })).status).toBe(200);
  expect(asked.at(-1)).toMatchObject({ recipient: 'reader@example.com', leastSeverity: 'high' });
});

test('the page of a link: GET shows a form and acts on nothing, POST acts, without any cookie', async () => {
  const page = await fetch(`${portal.url}/alert-link?token=good.token`);
  const html = await page.text();
  expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(page.headers.get('content-security-policy')).toContain("form-action 'self'");
  expect(page.headers.get('referrer-policy')).toBe('no-referrer');
  expect(html).toContain('&lt;b&gt;Box');
  expect(html).toContain('method="post"');
  expect(asked.at(-1)).toMatchObject({ act: false });

  const body = new URLSearchParams({ token: 'good.token', hours: '24' });
  const done = await fetch(`${portal.url}/alert-link`, { method: 'POST', body });
  expect(await done.text()).toContain('Snoozed');
  expect(asked.at(-1)).toMatchObject({ act: true, hours: 24 });
});

test('one-click unsubscribing posts to the link itself', async () => {
  const body = new URLSearchParams({ 'List-Unsubscribe': 'One-Click' });
  expect((await fetch(`${portal.url}/alert-link?token=good.token`, { method: 'POST', body })).status).toBe(200);
  expect(asked.at(-1)).toMatchObject({ token: 'good.token', act: true });
});

test.each(['', '?token=forged', '?token=a&token=b', `?token=${'x'.repeat(5_000)}`])(
  'a bad link %#: 403',
  async (query) => {
    const page = await fetch(`${portal.url}/alert-link${query}`);
    expect([page.status, (await page.text()).includes('not valid')]).toEqual([403, true]);
  },
);
