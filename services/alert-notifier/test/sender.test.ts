// Retries, takeover after a crash, and the channels against real endpoints.
import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { migrateDatabase, openDatabase } from '@gatehouse/postgres/database';
import { startPostgres } from '@gatehouse/testkit/world';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChannelClient, SendRequest, SendResult } from '../src/channel.client.ts';
import { claimDelivery, insertDeliveries } from '../src/delivery.store.ts';
import { emailClient } from '../src/email.client.ts';
import { migrations } from '../src/migrations/list.ts';
import { sendNext } from '../src/send-delivery.handler.ts';
import { webhookClient } from '../src/webhook.client.ts';

let dataSource: DataSource;
let stop: () => Promise<void>;
let clock = 0;
let sent: SendRequest[] = [];
let answers: SendResult[] = [];
const now = () => new Date(Date.parse('2026-03-01T10:00:00Z') + clock);
const refused = (permanent: boolean): SendResult => ({ type: 'refused', permanent, error: 'no' });

beforeAll(async () => {
  const postgres = await startPostgres();
  const database = await postgres.database('alerts', migrations);
  await migrateDatabase({ ...database, migrations });
  dataSource = await openDatabase(database);
  stop = async () => {
    await dataSource.destroy();
    await postgres.stop();
  };
});
afterAll(() => stop());
beforeEach(async () => {
  await dataSource.query('DELETE FROM deliveries');
  clock = 0;
  sent = [];
  answers = [];
});

const fake: ChannelClient = {
  send: (request) => {
    sent.push(request);
    return Promise.resolve(answers.shift() ?? { type: 'delivered', providerId: 'id' });
  },
  close: () => Promise.resolve(),
};
const deps = () => ({
  dataSource,
  channels: { email: fake, sms: fake, webhook: fake },
  now,
  random: () => 0.5,
  onOutcome: () => undefined,
  onError: () => undefined,
});

async function enqueue(recipient = 'soc@example.com'): Promise<void> {
  const message = { subject: 's', text: 't', html: '', threadId: '' };
  const rest = { alertId: undefined, policyId: 'p', day: '2026-03-01', channel: 'email', recipient, message } as const;
  await insertDeliveries(dataSource.manager, [{ id: randomUUID(), ...rest }], now());
}
const rows = () => dataSource.query('SELECT status, attempts, error, provider_id FROM deliveries');

test('a temporary refusal is tried again later with the same id, until the provider takes it', async () => {
  await enqueue();
  answers = [refused(false), refused(false)];
  expect(await sendNext(deps())).toBe(true);
  expect(await sendNext(deps())).toBe(false);
  clock = 5_000;
  expect(await sendNext(deps())).toBe(true);
  clock = 14_999;
  expect(await sendNext(deps())).toBe(false);
  clock = 15_000;
  expect(await sendNext(deps())).toBe(true);
  expect(await rows()).toEqual([{ status: 'delivered', attempts: 3, error: null, provider_id: 'id' }]);
  expect(new Set(sent.map((request) => request.deliveryId)).size).toBe(1);
});

test('a permanent refusal ends it; so does a day without success', async () => {
  await enqueue();
  answers = [refused(true)];
  await sendNext(deps());
  expect(await rows()).toEqual([{ status: 'failed', attempts: 1, error: 'no', provider_id: null }]);
  await dataSource.query('DELETE FROM deliveries');
  await enqueue();
  clock = 25 * 3_600_000;
  answers = [refused(false)];
  await sendNext(deps());
  expect(await rows()).toMatchObject([{ status: 'failed' }]);
});

test('a delivery claimed by a replica that died is taken over after its lease', async () => {
  await enqueue();
  const claimed = await claimDelivery(dataSource, now(), 60_000);
  expect(await sendNext(deps())).toBe(false);
  clock = 60_000;
  expect(await sendNext(deps())).toBe(true);
  expect(sent[0]?.deliveryId).toBe(claimed?.id);
});

test('two replicas never claim the same delivery', async () => {
  for (let index = 0; index < 20; index += 1) await enqueue(`r${index}@example.com`);
  const claims = await Promise.all(Array.from({ length: 30 }, () => claimDelivery(dataSource, now(), 60_000)));
  const ids = claims.flatMap((claim) => (claim ? [claim.id] : []));
  expect(ids).toHaveLength(20);
  expect(new Set(ids).size).toBe(20);
});

test('SMTP that is down is a temporary refusal', async () => {
  const client = emailClient('smtp://127.0.0.1:1', 'alerts@gatehouse.example');
  const message = { subject: 's', text: 't', html: '', threadId: '', unsubscribe: '' };
  const result = await client.send({ deliveryId: 'd', recipient: 'soc@example.com', message });
  expect(result).toMatchObject({ type: 'refused', permanent: false, error: expect.stringContaining('ECONNREFUSED') });
  await client.close();
});

test('webhooks are signed by every secret; redirects and plain http elsewhere are refused', async () => {
  const got: { headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    got.push({ headers: request.headers, body });
    if (request.url === '/moved') response.writeHead(302, { location: '/elsewhere' }).end();
    else response.writeHead(request.url === '/gone' ? 410 : 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const secrets = [1, 2].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`);
  const client = webhookClient(secrets, now);
  const send = (recipient: string) =>
    client.send({
      deliveryId: 'd1',
      recipient,
      message: { subject: '', text: '{"a":1}', html: '', threadId: '', unsubscribe: '' },
    });

  expect(await send(`${base}/hook`)).toEqual({ type: 'delivered', providerId: 'HTTP 204' });
  const signed = `d1.${now().getTime() / 1000}.{"a":1}`;
  const signatures = [1, 2].map(
    (byte) => `v1,${createHmac('sha256', Buffer.alloc(32, byte)).update(signed).digest('base64')}`,
  );
  expect(got[0]).toMatchObject({
    body: '{"a":1}',
    headers: { 'webhook-id': 'd1', 'webhook-signature': signatures.join(' ') },
  });
  expect(await send(`${base}/gone`)).toMatchObject({ permanent: true, error: 'HTTP 410' });
  expect(await send(`${base}/moved`)).toMatchObject({ permanent: true, error: 'HTTP 302' });
  expect(await send('http://hooks.example.com/')).toMatchObject({ permanent: true, error: 'address is not https' });
  expect(got).toHaveLength(3);
  server.close();
});
