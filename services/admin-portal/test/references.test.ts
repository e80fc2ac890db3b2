// Deleting what policies name: refused with the list of users, or forced with policies failing closed.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, firstAdmin, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
});
afterAll(() => portal.stop());

const any = { 'if-match': '*' };
const row = (field: string, value: string) => ({ field, operator: 'equals', values: [value] });
const create = async (name: string, activity: object[]) =>
  (await admin.send('POST', '/policies', { kind: 'AccessPolicy', name, activity, action: { type: 'block' } })).body;
const app = { id: 'box', name: 'Box', domains: [{ host: 'box.example.com' }] };
const range = {
  id: 'vpn',
  name: 'VPN',
  cidrs: ['10.9.0.0/16'],
  category: 'vpn',
  tags: ['home-office'],
  isp: 'Own net',
};

it('an app: refused with its users, forced with its assignments', async () => {
  await admin.send('POST', '/apps', app);
  await admin.send('POST', '/assignments', { id: 'all', app: 'box', everyone: true });
  const { id } = await create('On box', [row('app', 'box')]);
  const refused = await admin.send('DELETE', '/apps/box', undefined, any);
  expect([refused.status, refused.headers.get('content-type')]).toEqual([
    409,
    'application/problem+json; charset=utf-8',
  ]);
  expect(refused.body.usedBy).toEqual([
    { type: 'policy', id, name: 'On box' },
    { type: 'assignment', id: 'all', name: 'all' },
  ]);
  expect((await admin.send('DELETE', '/apps/box?force=true', undefined, any)).status).toBe(204);
  expect((await admin.send('GET', '/assignments')).body.items).toEqual([]);
  expect((await admin.send('GET', `/policies/${id}`)).body).toMatchObject({
    version: 2,
    policy: { state: 'enabled' },
    brokenReferences: [{ field: 'app', value: 'box' }],
  });
  const { findings } = (await admin.send('GET', '/policies/findings')).body;
  expect(findings).toContainEqual(expect.objectContaining({ rule: 'unknown-reference', policy: 'On box' }));
  await admin.send('POST', '/apps', app);
  expect((await admin.send('GET', `/policies/${id}`)).body.brokenReferences).toBeUndefined();
});

it('an IP range: tag, category and provider each', async () => {
  await admin.send('POST', '/ip-ranges', range);
  const ids = [];
  for (const [field, value] of [
    ['ip.tags', 'Home-Office'],
    ['ip.category', 'vpn'],
    ['ip.isp', 'Own net'],
  ] as const) {
    ids.push((await create(`On ${field}`, [row(field, value)])).id);
  }
  const refused = await admin.send('DELETE', '/ip-ranges/vpn', undefined, any);
  expect(refused.body.usedBy.map(({ name }: { name: string }) => name).sort()).toEqual([
    'On ip.category',
    'On ip.isp',
    'On ip.tags',
  ]);
  const put = await admin.send('PUT', '/ip-ranges/vpn', { ...range, tags: [] }, any);
  expect([put.status, put.body.usedBy.length]).toEqual([409, 1]);
  expect((await admin.send('PUT', '/ip-ranges/vpn?force=true', { ...range, tags: [] }, any)).status).toBe(200);
  expect((await admin.send('GET', `/policies/${ids[0]}`)).body.brokenReferences).toEqual([
    { field: 'ip.tags', value: 'Home-Office' },
  ]);
  expect((await admin.send('GET', `/policies/${ids[1]}`)).body.brokenReferences).toBeUndefined();
  const { entries } = (await admin.send('GET', '/audit?object=policy')).body;
  expect(entries[0]).toMatchObject({ action: 'breakReferences', object: { id: ids[0] }, by: 'ada@example.com' });
});

it('the last identity provider that gives groups', async () => {
  const provider = { id: 'idp', name: 'IdP', issuer: 'https://idp.example.com', clientId: 'g', clientSecretRef: 'idp' };
  await admin.send('POST', '/identity-providers', provider);
  const { id } = await create('On a group', [row('user.group', 'Guests')]);
  expect((await admin.send('DELETE', '/identity-providers/idp', undefined, any)).body.usedBy).toMatchObject([{ id }]);
  await admin.send('POST', '/identity-providers', {
    ...provider,
    id: 'second',
    name: 'Second',
    issuer: 'https://second.example.com',
  });
  expect((await admin.send('DELETE', '/identity-providers/idp', undefined, any)).status).toBe(204);
});

it('a reference that is edited away is forgotten', async () => {
  const [stored] = (await admin.send('GET', '/policies?search=ip.tags')).body.policies;
  const fixed = { ...stored.policy, activity: [row('user.group', 'Guests')] };
  const put = await admin.send('PUT', `/policies/${stored.id}`, fixed, { 'if-match': `"${stored.version}"` });
  expect([put.status, put.body.brokenReferences]).toEqual([200, undefined]);
});
