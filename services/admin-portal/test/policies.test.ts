import { policyChanged } from '@gatehouse/contracts/catalogue';
import { decisionPreview } from '@gatehouse/contracts/preview';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../src/routes.ts';
import { type Client, clientOf, firstAdmin, signInAs, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;
let operator: Client;
let reader: Client;

const policy = (name: string, more: object = {}) => ({
  kind: 'AccessPolicy',
  name,
  activity: [{ field: 'app', operator: 'equals', values: ['box'] }],
  action: { type: 'block' },
  ...more,
});

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
  operator = await signInAs(portal, admin, 'operator');
  reader = await signInAs(portal, admin, 'reader');
  await admin.send('POST', '/apps', { id: 'box', name: 'Box', domains: [{ host: 'box.example.com' }] });
});
afterAll(() => portal.stop());

describe('policies', () => {
  it('creates, and replaces only with the version that was read', async () => {
    const created = await operator.send('POST', '/policies', policy('One'));
    expect([created.status, created.headers.get('etag')]).toEqual([201, '"1"']);
    expect(created.body).toMatchObject({
      version: 1,
      updatedBy: 'operator@example.com',
      policy: { name: 'One', severity: 'medium' },
    });
    const path = `/policies/${created.body.id}`;
    const two = policy('One', { severity: 'high' });
    expect((await operator.send('PUT', path, two)).body.code).toBe('VERSION_REQUIRED');
    const malformed = { 'if-match': '"1"', 'content-type': 'application/json' };
    expect((await operator.send('PUT', path, '{"kind":', malformed)).body.code).toBe('BAD_REQUEST');
    expect((await operator.send('GET', path)).body.version).toBe(1);
  });

  it('answers 412 with what is stored', async () => {
    const { body } = await operator.send('POST', '/policies', policy('Stale'));
    const path = `/policies/${body.id}`;
    const put = await operator.send('PUT', path, policy('Stale', { severity: 'high' }), { 'if-match': '"1"' });
    expect([put.status, put.body.version]).toEqual([200, 2]);
    const stale = await operator.send('PUT', path, policy('Stale', { severity: 'low' }), { 'if-match': '"1"' });
    expect([stale.status, stale.body.current.version, stale.body.current.policy.severity]).toEqual([412, 2, 'high']);
    expect(
      (await operator.send('PATCH', `${path}/state`, { state: 'disabled' }, { 'if-match': '"2"' })).body.version,
    ).toBe(3);
    expect((await operator.send('DELETE', path, undefined, { 'if-match': '"3"' })).status).toBe(204);
    expect((await operator.send('GET', path)).status).toBe(404);
    expect((await operator.send('POST', `${path}/restore`)).body.version).toBe(5);
    const { versions } = (await reader.send('GET', `${path}/versions`)).body;
    expect(versions.map((one: { version: number; deleted: boolean }) => [one.version, one.deleted])).toEqual([
      [5, false],
      [4, true],
      [3, false],
      [2, false],
      [1, false],
    ]);
  });

  it('names every bad field at once', async () => {
    const bad = policy('Bad', {
      severity: 'huge',
      activity: [
        { field: 'colour', operator: 'equals', values: ['red'] },
        { field: 'app', operator: 'equals', values: ['nope'] },
      ],
      action: { type: 'block', message: 'no {file}' },
      alerts: { enabled: true, dailyLimit: 1001, email: ['nobody'] },
    });
    const reply = await operator.send('POST', '/policies', bad);
    expect([reply.status, reply.headers.get('content-type')]).toEqual([422, 'application/problem+json; charset=utf-8']);
    const fields = reply.body.errors.map(({ field }: { field: string }) => field);
    for (const field of ['severity', 'activity[0].field', 'action.message', 'alerts.dailyLimit', 'alerts.email[0]']) {
      expect(fields).toContain(field);
    }
    const checked = await reader.send('POST', '/policies/validate', bad);
    expect([checked.status, checked.body.ok]).toEqual([200, false]);
    expect((await reader.send('POST', '/policies/validate', policy('Good'))).body.ok).toBe(true);
  });

  it('answers 409 for a name in use, whatever its case', async () => {
    const reply = await operator.send('POST', '/policies', policy(' ONE '));
    expect([reply.status, reply.body.errors[0].field, reply.body.usedBy[0].name]).toEqual([409, 'name', 'One']);
  });

  it('takes and gives YAML', async () => {
    const yaml = { 'content-type': 'application/yaml' };
    const text = 'kind: AccessPolicy\nname: From YAML\naction: {type: block}\n';
    const created = await operator.send('POST', '/policies', text, yaml);
    expect([created.status, created.body.policy.name]).toEqual([201, 'From YAML']);
    const path = `/policies/${created.body.id}.yaml`;
    const read = await reader.send('GET', path);
    expect(read.headers.get('content-type')).toContain('application/yaml');
    const put = await operator.send('PUT', path, read.text.replace('severity: medium', 'severity: low'), {
      ...yaml,
      'if-match': '"1"',
    });
    expect([put.status, put.body.policy.severity]).toEqual([200, 'low']);
    const broken = await operator.send('POST', '/policies', 'name: [', yaml);
    expect([broken.status, broken.body.errors[0].field]).toEqual([422, 'yaml']);
    expect(broken.body.errors[0].message).toMatch(/line 1, column \d/);
  });

  it('publishes each change and counts the epoch', async () => {
    const { epoch } = (await reader.send('GET', '/policies')).body;
    const published: string[] = [];
    await portal.messaging.consume(policyChanged, 'policy-decision', async (event) => {
      published.push(`${event.policyId} ${event.version} ${event.changedBy}`);
    });
    const { body } = await operator.send('POST', '/policies', policy('Counted'));
    expect((await reader.send('GET', '/policies?search=counted')).body).toMatchObject({
      epoch: epoch + 1,
      policies: [{ policy: { name: 'Counted' } }],
    });
    await expect.poll(() => published).toContain(`${body.id} 1 operator@example.com`);
  });

  it('asks the PDP what if, with the facts of the address', async () => {
    await admin.send('POST', '/ip-ranges', { name: 'Office', cidrs: ['10.1.0.0/16'], category: 'corporate' });
    const request = {
      scope: 'access',
      subject: { type: 'user', id: 'ada', properties: {} },
      action: { name: 'login' },
      resource: { type: 'app', id: 'box', properties: { host: 'box.example.com' } },
      context: { ip: '10.1.2.3' },
    };
    expect((await reader.send('POST', '/what-if', { request })).status).toBe(503);
    let seen: string | undefined;
    portal.messaging.serve(decisionPreview, async (input) => {
      seen = input.request.context.ipCategory;
      return decisionPreview.output.parse({
        type: 'verdict',
        decisionId: input.request.decisionId,
        verdict: { action: 'allow', reason: 'NO_MATCH', obligations: [], matched: [], reportOnly: [] },
        trace: [],
      });
    });
    const answered = await reader.send('POST', '/what-if', { request });
    expect([answered.status, answered.body.verdict.action, seen]).toEqual([200, 'allow', 'corporate']);
  });

  it('offers templates that are valid as they are', async () => {
    const { templates } = (await reader.send('GET', '/policies/templates')).body;
    expect(templates.length).toBeGreaterThanOrEqual(12);
    for (const template of templates) {
      expect((await reader.send('POST', '/policies/validate', template.policy)).body, template.id).toMatchObject({
        ok: true,
      });
    }
    expect((await reader.send('GET', '/vocabulary')).body.fields.length).toBeGreaterThan(20);
  });
});

describe('roles', () => {
  const rank = { reader: 0, operator: 1, admin: 2 };
  it.each(
    routes.filter(({ role }) => role !== 'public').map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s is refused below its role', async (_, route) => {
    const path = route.path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
    const nobody = await clientOf(portal.url).send(route.method.toUpperCase(), path);
    expect(nobody.status).toBe(401);
    for (const [role, client] of [
      ['reader', reader],
      ['operator', operator],
    ] as const) {
      if (route.role === 'public' || rank[role] >= rank[route.role]) continue;
      const reply = await client.send(route.method.toUpperCase(), path);
      expect([role, reply.status, reply.body.code]).toEqual([role, 403, 'FORBIDDEN']);
    }
  });

  it.each(
    routes
      .filter(({ role, path }) => role !== 'public' && path !== '/logout')
      .map((route) => [`${route.method} ${route.path}`, route] as const),
  )('%s is open from its role upwards', async (_, route) => {
    const path = route.path.replaceAll(/:\w+/g, '00000000-0000-4000-8000-000000000000');
    for (const [role, client] of Object.entries({ reader, operator, admin })) {
      if (route.role === 'public' || rank[role as keyof typeof rank] < rank[route.role]) continue;
      const reply = await client.send(route.method.toUpperCase(), path);
      expect([401, 403, 500], `${role}: ${reply.text}`).not.toContain(reply.status);
    }
  });

  it('describes every route in the OpenAPI document', async () => {
    const { body } = await clientOf(portal.url).send('GET', '/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    for (const route of routes) {
      expect(body.paths[route.path.replaceAll(/:(\w+)/g, '{$1}')]?.[route.method]?.summary).toBe(route.summary);
    }
  });
});
