import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type MailCatcher, startMailCatcher } from './mail-catcher.ts';

let catcher: MailCatcher;
beforeAll(async () => {
  catcher = await startMailCatcher({ smtpPort: 0, httpPort: 0, rejects: (to) => to.startsWith('gone@') });
});
afterAll(() => catcher.stop());
beforeEach(() => catcher.clear());

function send(subject: string, html: string, to = 'soc@example.com'): Promise<unknown> {
  const transport = createTransport(catcher.urls.smtp);
  return transport.sendMail({ from: 'gatehouse@example.com', to, subject, text: 'plain', html, messageId: '<a@b>' });
}

test('a mail sent by SMTP is in the JSON list, which DELETE empties', async () => {
  await send('Hello', '<p>hi</p>');
  const read = async () => (await (await fetch(`${catcher.urls.web}/api/messages`)).json()) as { messages: unknown[] };
  expect((await read()).messages).toMatchObject([
    { subject: 'Hello', to: ['soc@example.com'], envelopeTo: ['soc@example.com'], text: 'plain\n', messageId: '<a@b>' },
  ]);
  await fetch(`${catcher.urls.web}/api/messages`, { method: 'DELETE' });
  expect((await read()).messages).toEqual([]);
});

test('the pages escape whatever a mail contains and can run no script', async () => {
  await send('<script>alert(1)</script>', '<img src=x onerror="alert(1)">');
  const list = await fetch(catcher.urls.web);
  const page = await list.text();
  expect(page).toContain('&lt;script&gt;alert(1)');
  expect(page).not.toContain('<script');
  expect(list.headers.get('content-security-policy')).toContain("default-src 'none'");
  const message = await (await fetch(`${catcher.urls.web}/messages/${catcher.messages()[0]?.id}`)).text();
  expect(message).not.toContain('<img');
  expect(message).toContain('sandbox="allow-popups');
});

test('another site cannot empty the inbox, and an unknown mailbox is refused with 550', async () => {
  await send('Stays', 'x');
  const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' }, redirect: 'manual' } as const;
  expect((await fetch(`${catcher.urls.web}/clear`, foreign)).status).toBe(403);
  expect(catcher.messages()).toHaveLength(1);
  await expect(send('Never', 'x', 'gone@example.com')).rejects.toMatchObject({ responseCode: 550 });
});
