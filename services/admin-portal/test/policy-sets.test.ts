// Policies as code over the API: plan, apply, ownership, tokens. Real Postgres and NATS.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, clientOf, firstAdmin, type Reply, signInAs, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
  await admin.send('POST', '/apps', { id: 'box', name: 'Box', domains: [{ host: 'box.example.com' }] });
  await admin.send('POST', '/assignments', { app: 'box', everyone: true });
});
afterAll(() => portal.stop());

const yaml = (name: string, more = '') =>
  `kind: AccessPolicy\nname: ${name}\nactivity:\n  - {field: app, operator: equals, values: [box]}\n  - {field: user.group, operator: equals, values: [Guests]}\naction: {type: block}\n${more}`;
const file = (path: string, text: string) => ({ path, text });
const large = { 'content-type': 'application/vnd.gatehouse.policy-set+json' };

const plan = (files: object[], more: object = {}) => admin.send('POST', '/policy-sets/plan', { files, ...more });
async function apply(files: object[], more: object = {}): Promise<Reply> {
  const planned = await plan(files, more);
  if (planned.status !== 200) return planned;
  return admin.send('POST', '/policy-sets/apply', { files, ...more, revision: planned.body.revision });
}
const actions = (reply: Reply) =>
  reply.body.changes.map(({ action, name }: { action: string; name: string }) => `${action} ${name}`);
const stored = async (name: string) => {
  const { policies } = (await admin.send('GET', `/policies?search=${encodeURIComponent(name)}`)).body;
  return policies[0];
};

describe('plan and apply', () => {
  it('creates, changes and deletes what the set owns, and nothing else', async () => {
    await admin.send('POST', '/policies', { kind: 'AccessPolicy', name: 'By hand', action: { type: 'allow' } });
    const first = [file('a.yaml', yaml('Code A')), file('b.yaml', yaml('Code B'))];
    expect(actions(await plan(first))).toEqual(['create Code A', 'create Code B']);
    expect((await apply(first)).status).toBe(200);
    expect(await stored('Code A')).toMatchObject({ version: 1, source: { set: 'default', path: 'a.yaml' } });
    const again = await plan(first);
    expect([actions(again), again.body.unchanged]).toEqual([[], 2]);

    const second = [file('a.yaml', yaml('Code A', 'severity: high\n'))];
    const planned = await plan(second);
    expect(actions(planned)).toEqual(['delete Code B', 'update Code A']);
    expect(planned.body.changes[1].diff).toEqual([{ path: 'severity', from: 'medium', to: 'high' }]);
    expect((await apply(second)).status).toBe(200);
    expect(await stored('Code B')).toBeUndefined();
    expect(await stored('By hand')).toMatchObject({ version: 1 });
    expect(actions(await plan([], { set: 'another' }))).toEqual([]);
  });

  it('reports every problem of every file with its place, and changes nothing', async () => {
    const { epoch } = (await admin.send('GET', '/policies')).body;
    const reply = await apply([
      file('bad.yaml', yaml('Bad', 'colour: red\n')),
      file(
        'worse.yaml',
        'kind: AccessPolicy\nname: Worse\naction: {type: protect}\nactivity:\n  - {field: app, operator: equals, values: [nope]}\n',
      ),
      file('broken.yaml', 'name: ['),
      file('good.yaml', yaml('Good')),
    ]);
    expect(reply.status).toBe(422);
    const places = reply.body.errors.map(
      (error: Record<string, unknown>) => `${error.file}:${error.line}:${error.column} ${error.field}`,
    );
    expect(places).toEqual(
      expect.arrayContaining([
        'bad.yaml:7:1 colour',
        'worse.yaml:3:10 action.type',
        'worse.yaml:5:45 activity[0].values[0]',
        'broken.yaml:1:8 yaml',
      ]),
    );
    expect((await admin.send('GET', '/policies')).body.epoch).toBe(epoch);
  });

  it('refuses on a failing test', async () => {
    const test =
      'kind: PolicyTest\nname: T\npolicies: [Tested]\ncases:\n  - {name: all, request: {app: box}, expect: {action: block}}\n';
    const files = [
      file('t.yaml', yaml('Tested')),
      file('t.test.yaml', test),
      file('a.yaml', yaml('Code A', 'severity: high\n')),
    ];
    const planned = await plan(files);
    expect(planned.body.tests).toMatchObject({
      passed: 0,
      failed: [{ file: 't.test.yaml', line: 5, differences: ['expected action block, got none'] }],
    });
    const reply = await apply(files);
    expect([reply.status, reply.body.errors[0].message]).toEqual([
      422,
      'test "all" failed: expected action block, got none',
    ]);
    expect(await stored('Tested')).toBeUndefined();
  });

  it('applies exactly the plan that was read', async () => {
    const files = [file('a.yaml', yaml('Code A', 'severity: low\n'))];
    const { revision } = (await plan(files)).body;
    await apply([file('a.yaml', yaml('Code A', 'severity: medium\n'))]);
    const reply = await admin.send('POST', '/policy-sets/apply', { files, revision });
    expect([reply.status, reply.body.code, actions({ ...reply, body: reply.body.current })]).toEqual([
      412,
      'STALE_VERSION',
      ['update Code A'],
    ]);
    expect((await stored('Code A')).policy.severity).toBe('medium');
  });

  it('takes over a policy of the portal only when told so', async () => {
    const files = [
      file('a.yaml', yaml('Code A')),
      file('hand.yaml', 'kind: AccessPolicy\nname: By hand\naction: {type: block}\n'),
    ];
    const refused = await plan(files);
    expect([refused.status, refused.body.errors[0].file]).toEqual([422, 'hand.yaml']);
    expect(refused.body.errors[0].message).toContain('adopt');
    expect(actions(await apply(files, { adopt: true }))).toEqual(['adopt By hand']);
    expect(await stored('By hand')).toMatchObject({
      source: { path: 'hand.yaml' },
      policy: { action: { type: 'block' } },
    });
  });

  it('takes large sets', async () => {
    const many = Array.from({ length: 900 }, (_, at) => file(`${at}.yaml`, yaml(`Many ${at}`)));
    const reply = await admin.send('POST', '/policy-sets/plan', JSON.stringify({ files: many, set: 'many' }), large);
    expect([reply.status, reply.body.changes.length]).toEqual([200, 900]);
    expect((await admin.send('POST', '/policy-sets/plan', '{', large)).body.code).toBe('BAD_REQUEST');
  });

  it('carries findings with their place', async () => {
    const text = yaml('Doubtful', 'alerts: {enabled: true}\n');
    const { findings } = (await plan([file('d.yaml', text), file('a.yaml', yaml('Code A'))])).body;
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: 'alert-without-recipient', file: 'd.yaml', line: 7 }),
    );
  });
});

describe('policies owned by code', () => {
  it('are read-only in the portal until detached', async () => {
    await apply([file('own.yaml', yaml('Owned'))], { set: 'own' });
    const { id } = await stored('Owned');
    const ifMatch = { 'if-match': '"1"' };
    const put = await admin.send(
      'PUT',
      `/policies/${id}`,
      { kind: 'AccessPolicy', name: 'Owned', action: { type: 'allow' } },
      ifMatch,
    );
    expect([put.status, put.body.code]).toEqual([409, 'CODE_OWNED']);
    expect((await admin.send('PATCH', `/policies/${id}/state`, { state: 'disabled' }, ifMatch)).body.code).toBe(
      'CODE_OWNED',
    );
    expect((await admin.send('DELETE', `/policies/${id}`, undefined, ifMatch)).body.code).toBe('CODE_OWNED');
    const detached = await admin.send('POST', `/policies/${id}/detach`, undefined, ifMatch);
    expect([detached.status, detached.body.version, detached.body.source]).toEqual([200, 2, undefined]);
    expect(
      (await admin.send('PATCH', `/policies/${id}/state`, { state: 'disabled' }, { 'if-match': '"2"' })).status,
    ).toBe(200);
    const { entries } = (await admin.send('GET', '/audit?object=policy')).body;
    expect(entries.map(({ action }: { action: string }) => action)).toContain('detach');
    expect((await plan([file('own.yaml', yaml('Owned'))], { set: 'own' })).status).toBe(422);
  });
});

describe('API tokens', () => {
  const bearer = (secret: string) => {
    const client = clientOf(portal.url);
    return (method: string, path: string, body?: unknown) =>
      client.send(method, path, body, {
        authorization: `Bearer ${secret}`,
        origin: '',
        cookie: '',
        'x-csrf-token': '',
      });
  };
  const make = async (client: Client, scope: string, days?: number) =>
    (await client.send('POST', '/tokens', { name: `ci ${scope}`, scope, ...(days ? { days } : {}) })).body;

  it('act without cookie and CSRF token, operator at most, and are shown once', async () => {
    const { secret, id } = await make(admin, 'write');
    const ask = bearer(secret);
    expect((await ask('POST', '/policy-sets/plan', { files: [] })).status).toBe(200);
    expect((await ask('GET', '/admins')).body.code).toBe('FORBIDDEN');
    const made = await ask('POST', '/policies', { kind: 'AccessPolicy', name: 'By token', action: { type: 'allow' } });
    expect([made.status, made.body.updatedBy]).toEqual([201, 'ada@example.com (token ci write)']);
    const { tokens } = (await admin.send('GET', '/tokens')).body;
    expect(JSON.stringify(tokens)).not.toContain(secret);
    expect(tokens.find((one: { id: string }) => one.id === id)).toMatchObject({ lastUsedAt: expect.any(String) });
    expect(JSON.stringify((await admin.send('GET', '/audit')).body)).not.toContain(secret);
    expect((await admin.send('DELETE', `/tokens/${id}`)).status).toBe(204);
    expect((await ask('GET', '/policies')).status).toBe(401);
  });

  it('with scope read change nothing', async () => {
    const { secret } = await make(admin, 'read');
    const ask = bearer(secret);
    expect((await ask('GET', '/policies')).status).toBe(200);
    expect((await ask('POST', '/policy-sets/apply', { files: [], revision: 'x' })).body.code).toBe('FORBIDDEN');
  });

  it('make no further tokens, and end no sessions', async () => {
    const { secret, id } = await make(admin, 'write');
    const ask = bearer(secret);
    expect((await ask('POST', '/tokens', { name: 'more', scope: 'write' })).body.code).toBe('FORBIDDEN');
    expect((await ask('DELETE', `/tokens/${id}`)).body.code).toBe('FORBIDDEN');
    expect((await ask('POST', '/logout')).body.code).toBe('FORBIDDEN');
  });

  it('die with the rights of their maker', async () => {
    const operator = await signInAs(portal, admin, 'operator');
    const { secret } = await make(operator, 'write');
    const ask = bearer(secret);
    expect((await ask('POST', '/policy-sets/apply', { files: [], set: 'none', revision: 'x' })).status).toBe(412);
    const { admins } = (await admin.send('GET', '/admins')).body;
    const { id } = admins.find(({ role }: { role: string }) => role === 'operator');
    await admin.send('PATCH', `/admins/${id}`, { role: 'reader' });
    expect((await ask('POST', '/policy-sets/apply', { files: [], revision: 'x' })).body.code).toBe('FORBIDDEN');
    await admin.send('DELETE', `/admins/${id}`);
    expect((await ask('GET', '/policies')).status).toBe(401);
  });

  it.each(['nonsense', 'ghp_nonsense', ''])(
    'a token that is none (%s) is refused although the cookie would do',
    async (secret) => {
      const reply = await admin.send('GET', '/policies', undefined, { authorization: `Bearer ${secret}` });
      expect(reply.status).toBe(401);
    },
  );

  it('of a reader cannot be made to write', async () => {
    const reader = await signInAs(portal, admin, 'reader');
    expect((await reader.send('POST', '/tokens', { name: 'x', scope: 'write' })).body.errors[0].field).toBe('scope');
    expect((await reader.send('GET', '/tokens')).body.tokens).toEqual([]);
  });
});

describe('schema', () => {
  it('is served to editors without sign-in', async () => {
    const reply = await clientOf(portal.url).send('GET', '/schema/policy.json');
    expect([reply.status, reply.body.$schema]).toEqual([200, 'http://json-schema.org/draft-07/schema#']);
  });
});
