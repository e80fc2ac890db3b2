import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityRecorded } from '@gatehouse/contracts/activity';
import { catalogueBucket, discoveredDomainsBucket } from '@gatehouse/contracts/catalogue';
import { activityGet } from '@gatehouse/contracts/queries';
import { sessionList, sessionRevoke } from '@gatehouse/contracts/session-control';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, firstAdmin, signInAs, startPortal, type TestPortal } from './portal.ts';

const seed = `
settings: {organisation: Acme}
identityProviders: [{id: demo, name: Demo, issuer: "http://idp.gatehouse.localhost:9100", clientId: gatehouse, clientSecretRef: demo}]
apps: [{id: files, name: Files, domains: [{host: files.acme.localhost, scheme: http, port: 9101}]}]
assignments: [{id: all-files, app: files, everyone: true}]
ipRanges: [{id: office, name: Office, cidrs: [10.1.0.0/16], category: corporate, tags: [head-office]}]
policies:
  - kind: AccessPolicy
    name: Office only
    activity: [{not: {any: [{field: ip.tags, operator: equals, values: [head-office]}]}}, {field: app, operator: equals, values: [files]}]
    action: {type: block}
`;

const later = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

let portal: TestPortal;
let admin: Client;

async function published() {
  return (await portal.messaging.bucket(catalogueBucket)).get('current');
}

beforeAll(async () => {
  const file = join(tmpdir(), `portal-seed-${process.pid}.yaml`);
  await writeFile(file, seed);
  portal = await startPortal({ SEED_FILE: file });
  admin = await firstAdmin(portal);
});
afterAll(() => portal.stop());

describe('catalogue', () => {
  it('holds the seed, published before the first request', async () => {
    expect(await published()).toMatchObject({
      settings: { organisation: 'Acme' },
      apps: [{ id: 'files' }],
      assignments: [{ id: 'all-files' }],
      ipRanges: [{ id: 'office' }],
      identityProviders: [{ id: 'demo' }],
    });
    expect((await admin.send('GET', '/policies')).body.policies).toHaveLength(1);
  });

  it('keeps bypasses with reason and end, audits them, and tells the log of activities', async () => {
    const told: { reason: string; cause?: string | undefined; app: string; user: string }[] = [];
    await portal.messaging.consume(activityRecorded, 'activity-log', async (activity) => void told.push(activity));
    const bad = await admin.send('POST', '/bypasses', { app: 'box', users: [], reason: 'x', expiresAt: later(8 * 24) });
    expect([bad.status, bad.body.errors.map(({ field }: { field: string }) => field)]).toEqual([
      422,
      ['app', 'users', 'reason', 'expiresAt'],
    ]);
    const body = { app: 'files', users: ['mia@acme.example'], reason: 'upload is broken', expiresAt: later(1) };
    const made = await admin.send('POST', '/bypasses', body);
    expect(made.status).toBe(201);
    expect((await published())?.bypasses).toMatchObject([body]);
    const { entries } = (await admin.send('GET', '/audit?object=bypasses')).body;
    expect(entries).toMatchObject([{ action: 'create', by: 'ada@example.com' }]);
    for (let tries = 0; told.length === 0 && tries < 100; tries += 1) await new Promise((done) => setTimeout(done, 50));
    expect(told).toMatchObject([{ reason: 'BYPASS', app: 'files', user: 'ada@example.com' }]);
    expect(told[0]?.cause).toContain('upload is broken');
    const used = await admin.send('DELETE', '/apps/files', undefined, { 'if-match': '*' });
    expect(used.body.usedBy).toContainEqual(expect.objectContaining({ type: 'bypass' }));
    const { id } = made.body.value;
    expect((await admin.send('DELETE', `/bypasses/${id}`, undefined, { 'if-match': '"1"' })).status).toBe(204);
    expect((await published())?.bypasses).toEqual([]);
  });

  it('lists discovered domains of an app until they are in a domain list', async () => {
    const at = new Date().toISOString();
    const found = { app: 'files', by: 'redirect', stopped: true, firstSeen: at, lastSeen: at } as const;
    const bucket = await portal.messaging.bucket(discoveredDomainsBucket);
    for (const host of ['cdn.acme.localhost', 'files.acme.localhost'])
      await bucket.put(`files.${host}`, { ...found, host });
    await bucket.put('other.x.example', { ...found, app: 'other', host: 'x.example' });
    const hosts = async () =>
      (await admin.send('GET', '/apps/files/discovered-domains')).body.domains.map(
        ({ host }: { host: string }) => host,
      );
    expect(await hosts()).toEqual(['cdn.acme.localhost']);
    expect((await admin.send('GET', '/apps/nope/discovered-domains')).status).toBe(404);
  });

  it('publishes every change before it is answered', async () => {
    const before = (await published())?.version ?? 0;
    const created = await admin.send('POST', '/apps', {
      id: 'crm',
      name: 'CRM',
      domains: [{ host: 'crm.acme.localhost' }],
    });
    expect([created.status, created.body.version]).toEqual([201, 1]);
    expect((await published())?.version).toBe(before + 1);
    const put = await admin.send('PUT', '/apps/crm', { ...created.body.value, name: 'Sales' }, { 'if-match': '"1"' });
    expect([put.status, put.body.value.name]).toEqual([200, 'Sales']);
    const stale = await admin.send('PUT', '/apps/crm', { ...created.body.value }, { 'if-match': '"1"' });
    expect([stale.status, stale.body.current.value.name]).toEqual([412, 'Sales']);
    expect((await published())?.apps.find(({ id }) => id === 'crm')?.name).toBe('Sales');
    const audit = (await admin.send('GET', '/audit?object=apps&limit=1')).body.entries[0];
    expect(audit).toMatchObject({
      action: 'update',
      by: 'ada@example.com',
      diff: [{ path: 'name', from: 'CRM', to: 'Sales' }],
    });
  });

  it.each([
    ['another app owns it', { host: 'files.acme.localhost' }, 'Files'],
    ['it lies in the suffix', { host: 'x.gatehouse.localhost' }, 'suffix'],
    ['it is the suffix', { host: 'gatehouse.localhost' }, 'suffix'],
    ['it is a URL', { host: 'https://a.example.com' }, 'host name'],
  ])('refuses a domain when %s', async (_, domain, words) => {
    const reply = await admin.send('POST', '/apps', { id: 'new', name: 'New', domains: [domain] });
    expect([reply.status, reply.body.errors[0].field]).toEqual([422, 'domains[0].host']);
    expect(reply.body.errors[0].message).toContain(words);
  });

  it.each([
    ['10.0.0.0/33', 'must be'],
    ['10.1.2.0/24', 'Office'],
    ['10.0.0.0/8', 'Office'],
  ])('refuses the range %s', async (cidr, words) => {
    const reply = await admin.send('POST', '/ip-ranges', { name: 'New', cidrs: ['192.0.2.0/24', cidr] });
    expect([reply.status, reply.body.errors[0].field]).toEqual([422, 'cidrs[1]']);
    expect(reply.body.errors[0].message).toContain(words);
  });

  it('keeps what policies and assignments use', async () => {
    const any = { 'if-match': '*' };
    const app = await admin.send('DELETE', '/apps/files', undefined, any);
    expect([app.status, app.body.code]).toEqual([409, 'IN_USE']);
    expect(app.body.usedBy).toMatchObject([
      { type: 'policy', name: 'Office only' },
      { type: 'assignment', id: 'all-files' },
    ]);
    expect((await admin.send('DELETE', '/ip-ranges/office', undefined, any)).body.code).toBe('IN_USE');
    const office = { name: 'Office', cidrs: ['10.1.0.0/16'], category: 'corporate', tags: [] };
    expect((await admin.send('PUT', '/ip-ranges/office', office, any)).body.code).toBe('IN_USE');
    expect((await admin.send('DELETE', '/apps/crm', undefined, any)).status).toBe(204);
    expect((await admin.send('DELETE', '/apps/crm', undefined, any)).status).toBe(404);
  });

  it('looks an address up: range first, then country data, and unknown stays absent', async () => {
    const lab = {
      id: 'lab',
      name: 'Lab',
      cidrs: ['8.8.4.0/24'],
      category: 'vpn',
      tags: ['lab'],
      isp: 'Own',
      country: 'CH',
    };
    expect((await admin.send('POST', '/ip-ranges', lab)).status).toBe(201);
    const look = async (address: string) =>
      (await admin.send('GET', `/ip-lookup?address=${encodeURIComponent(address)}`)).body;
    expect(await look('::ffff:8.8.4.4')).toEqual({
      address: '8.8.4.4',
      range: { id: 'lab', name: 'Lab' },
      category: 'vpn',
      tags: ['lab'],
      isp: 'Own',
      country: 'CH',
    });
    expect(await look('8.8.8.8')).toEqual({ address: '8.8.8.8', tags: [], country: 'US' });
    expect(await look('2003:e0::1')).toMatchObject({ country: 'DE' });
    expect(await look('192.168.1.1')).toEqual({ address: '192.168.1.1', tags: [] });
    const bad = await admin.send('GET', '/ip-lookup?address=010.0.0.1');
    expect([bad.status, bad.body.errors[0].field]).toEqual([422, 'address']);
    const mapped = await admin.send('POST', '/ip-ranges', {
      ...lab,
      id: 'two',
      name: 'Two',
      cidrs: ['::ffff:8.8.4.128/121'],
    });
    expect([mapped.status, mapped.body.errors]).toEqual([
      422,
      [{ field: 'cidrs[0]', message: 'overlaps 8.8.4.0/24 of the range "Lab"' }],
    ]);
    await admin.send('DELETE', '/ip-ranges/lab', undefined, { 'if-match': '*' });
  });

  it('changes settings, and refuses unknown placeholders and fields', async () => {
    const { body } = await admin.send('GET', '/settings');
    const bad = await admin.send(
      'PUT',
      '/settings',
      { ...body.value, blockMessage: 'no {file}', colour: 1 },
      { 'if-match': '"1"' },
    );
    expect([bad.status, bad.body.errors[0].field]).toEqual([422, 'colour']);
    const message = await admin.send(
      'PUT',
      '/settings',
      { ...body.value, blockMessage: 'no {file}' },
      { 'if-match': '"1"' },
    );
    expect(message.body.errors[0]).toMatchObject({ field: 'blockMessage' });
    const put = await admin.send('PUT', '/settings', { ...body.value, organisation: 'Ltd' }, { 'if-match': '"1"' });
    expect([put.status, (await published())?.settings.organisation]).toEqual([200, 'Ltd']);
  });

  it('lists and revokes sessions through sign-in, and says when sign-in is away', async () => {
    const away = await admin.send('GET', '/sessions');
    expect([away.status, away.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    let by = '';
    portal.messaging.serve(sessionList, async () => ({ sessions: [] }));
    portal.messaging.serve(sessionRevoke, async (input) => {
      by = input.by;
      return { revoked: 2 };
    });
    expect((await admin.send('GET', '/sessions?user=bob')).body).toEqual({ sessions: [] });
    expect((await admin.send('POST', '/sessions/revoke', {})).status).toBe(422);
    expect((await admin.send('POST', '/sessions/revoke', { user: 'bob' })).body).toEqual({ revoked: 2 });
    expect(by).toBe('ada@example.com');
    const reader = await signInAs(portal, admin, 'reader');
    expect((await reader.send('POST', '/sessions/revoke', { user: 'bob' })).status).toBe(403);
  });

  it('shows masked evidence to operators, and not even that to readers', async () => {
    const activity = {
      id: '0198c1a0-0000-7000-8000-000000000001',
      referenceId: 'GH-7K3M-9QXT',
      time: '2026-01-01T00:00:00.000Z',
      app: 'files',
      host: 'files.acme.localhost',
      activityType: 'download',
      user: 'bob@example.com',
      ip: '10.1.0.5',
      scan: { status: 'completed', findings: [{ type: 'us-ssn', confidence: 85, place: 'text', evidence: 'SSN XXX' }] },
      appliedAction: 'block',
      reason: 'POLICY',
    };
    portal.messaging.serve(activityGet, async ({ id }) =>
      activityGet.output.parse({ activity: id === activity.referenceId ? activity : null }),
    );
    const seenBy = async (client: Client) =>
      (await client.send('GET', '/activities/GH-7K3M-9QXT')).body.activity.scan.findings[0].evidence;
    expect(await seenBy(admin)).toBe('SSN XXX');
    expect(await seenBy(await signInAs(portal, admin, 'reader'))).toBe('');
    expect((await admin.send('GET', '/activities/GH-0000-0000')).status).toBe(404);
  });

  it('reports health by name', async () => {
    const { body } = await admin.send('GET', '/health');
    const states = Object.fromEntries(
      body.checks.map((check: { name: string; ok: boolean }) => [check.name, check.ok]),
    );
    expect(states).toMatchObject({ postgres: true, nats: true, 'sign-in': true, 'activity-log': false });
    expect(body.ok).toBe(false);
  });
});

describe('web app', () => {
  it('gives each page its own style nonce and forbids framing', async () => {
    const page = await fetch(`${portal.url}/policies?state=enabled`);
    const nonce = /content="([\w-]+)"/.exec(await page.text())?.[1];
    const csp = page.headers.get('content-security-policy') ?? '';
    expect(csp).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(csp).toContain("script-src 'self'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).not.toContain('unsafe');
  });

  it('serves files, and neither missing ones nor those outside', async () => {
    const script = await fetch(`${portal.url}/assets/app.js`);
    expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    for (const path of ['/assets/none.js', '/..%2fportal.ts', '/%2e%2e/portal.ts', '/assets/%00.js', '/%E0%A4%A.js']) {
      expect((await fetch(portal.url + path)).status, path).toBe(404);
    }
    expect((await fetch(`${portal.url}/api/v1/none`)).headers.get('content-type')).toContain('problem+json');
  });
});
