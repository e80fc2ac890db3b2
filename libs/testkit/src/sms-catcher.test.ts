import { readFileSync } from 'node:fs';
import twilio from 'twilio';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type SmsCatcher, startSmsCatcher } from './sms-catcher.ts';

const account = `AC${'0'.repeat(32)}`;
let catcher: SmsCatcher;
beforeAll(async () => {
  catcher = await startSmsCatcher({ port: 0 });
});
afterAll(() => catcher.stop());
beforeEach(() => catcher.clear());

function create(to: string, body: string) {
  const client = twilio(account, 'token');
  client.api.baseUrl = catcher.urls.api;
  return client.messages.create({ to, from: '+12025550100', body });
}

test("Twilio's own client gets a queued message with its sid", async () => {
  const message = await create('+12025550199', 'hello <b>');
  expect(message).toMatchObject({ status: 'queued', to: '+12025550199', numSegments: '1', errorCode: null });
  expect(message.sid).toMatch(/^SM[0-9a-f]{32}$/);
  expect(message.dateCreated).toBeInstanceOf(Date);
  expect(catcher.messages()).toMatchObject([{ to: '+12025550199', body: 'hello <b>' }]);
  expect(await (await fetch(catcher.urls.web)).text()).toContain('hello &lt;b&gt;');
});

test.each(['12025550199', '+0123', 'soc@example.com'])('%s is refused as Twilio does it', async (to) => {
  await expect(create(to, 'x')).rejects.toMatchObject({ status: 400, code: 21211 });
  expect(catcher.messages()).toEqual([]);
});

test('without credentials of the account the answer is 401', async () => {
  const url = `${catcher.urls.api}/2010-04-01/Accounts/${account}/Messages.json`;
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({ To: '+12025550199', Body: 'x' }) });
  expect(answer.status).toBe(401);
});

test("the answer has exactly the fields of Twilio's own API description", async () => {
  const spec = new URL(
    '../../../node_modules/@twilio-alpha/mcp/twilio-oai/spec/json/twilio_api_v2010.json',
    import.meta.url,
  );
  const { components } = JSON.parse(readFileSync(spec, 'utf8'));
  const url = `${catcher.urls.api}/2010-04-01/Accounts/${account}/Messages.json`;
  const answer = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${account}:token`).toString('base64')}` },
    body: new URLSearchParams({ To: '+12025550199', From: '+12025550100', Body: 'x' }),
  });
  expect(answer.status).toBe(201);
  const message = (await answer.json()) as Record<string, unknown>;
  const described = components.schemas['api.v2010.account.message'].properties;
  expect(Object.keys(message).sort()).toEqual(Object.keys(described).sort());
  expect(components.schemas.message_enum_status.enum).toContain(message.status);
});
