// The real command line, as a process, against a real portal on Postgres and NATS.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { activityGet } from '@gatehouse/contracts/queries';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Client, firstAdmin, startPortal, type TestPortal } from '../../services/admin-portal/test/portal.ts';

const bin = join(import.meta.dirname, '../gatehouse.mjs');
let portal: TestPortal;
let admin: Client;
let token: string;
let folder: string;

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
  await admin.send('POST', '/apps', { id: 'box', name: 'Box', domains: [{ host: 'box.example.com' }] });
  await admin.send('POST', '/assignments', { app: 'box', everyone: true });
  token = (await admin.send('POST', '/tokens', { name: 'cli', scope: 'write' })).body.secret;
});
afterAll(() => portal.stop());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-cli-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

type Run = { readonly code: number; readonly out: string; readonly err: string };

function gatehouse(args: string[], more: Record<string, string> = {}): Promise<Run> {
  const env = { PATH: process.env.PATH, GATEHOUSE_URL: portal.url, GATEHOUSE_TOKEN: token, ...more };
  return new Promise((done) => {
    execFile(process.execPath, [bin, ...args], { cwd: folder, env }, (error, out, err) =>
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

function file(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const policy = (name: string, more = '') =>
  `kind: AccessPolicy\nname: ${name}\nactivity:\n  - {field: app, operator: equals, values: [box]}\n  - {field: user.group, operator: equals, values: [Guests]}\naction: {type: block}\n${more}`;
const policyTest = (action: string) =>
  `kind: PolicyTest\nname: Guests (test)\npolicies: [Guests]\ncases:\n  - {name: a guest, request: {app: box, groups: [Guests]}, expect: {action: ${action}}}\n`;

describe('plan, apply, export', () => {
  it('plan exits 2 with changes, apply makes them, plan then exits 0', async () => {
    file('policies/guests.yaml', policy('Guests'));
    file('policies/guests.test.yaml', policyTest('block'));
    const planned = await gatehouse(['plan']);
    expect(planned).toMatchObject({ code: 2, err: '' });
    expect(planned.out).toContain('+ create "Guests" (guests.yaml)');
    expect(planned.out).toContain('1 to create, 0 to change, 0 to delete; 0 unchanged; 1 of 1 tests pass');
    expect(await gatehouse(['apply'])).toMatchObject({ code: 0, err: '' });
    expect(await gatehouse(['plan'])).toMatchObject({ code: 0, out: 'no changes; 1 unchanged; 1 of 1 tests pass\n' });
    file('policies/guests.yaml', policy('Guests', 'severity: high\n'));
    const changed = await gatehouse(['plan', 'policies/']);
    expect([changed.code, changed.out.split('\n').slice(0, 2)]).toEqual([
      2,
      ['~ change "Guests" (guests.yaml)', '    severity: "medium" → "high"'],
    ]);
  });

  it('plan is empty after export, comments and order aside', async () => {
    await admin.send('POST', '/policies', {
      kind: 'SessionPolicy',
      name: 'Ünïcode: "quotes", #hash',
      controlType: 'monitorAndControlDownload',
      files: [
        {
          any: [
            { field: 'file.name', operator: 'contains', values: ['"no"', '0x1'] },
            { not: { field: 'file.typeMismatch', operator: 'equals', values: [true] } },
          ],
        },
      ],
      action: { type: 'block', message: 'a\nb {fileName} {reference}' },
    });
    expect((await gatehouse(['export', 'out'])).code).toBe(0);
    expect(readdirSync(join(folder, 'out'))).toEqual(['guests.yaml', 'unicode-quotes-hash.yaml']);
    expect(readFileSync(join(folder, 'out/guests.yaml'), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=http.*policy\.json\n/,
    );
    const planned = await gatehouse(['plan', 'out']);
    expect([planned.code, planned.out]).toEqual([0, 'no changes; 2 unchanged; no tests\n']);
    file('out/guests.yaml', policy('Guests', 'severity: low\n'));
    const refused = await gatehouse(['export', 'out']);
    expect([refused.code, refused.err]).toEqual([
      1,
      'out/guests.yaml: differs from the portal; use --force to overwrite it\nnothing was written\n',
    ]);
    expect((await gatehouse(['export', 'out', '--force'])).code).toBe(0);
  });

  it('exits 1 with file:line:column for every mistake, and applies nothing', async () => {
    file('p/a.yaml', policy('A', 'colour: red\n'));
    file('p/sub/b.yaml', 'kind: AccessPolicy\nname: B\naction: {type: block, message: "{file}"}\n');
    file('p/c.yaml', 'name: [');
    for (const command of ['plan', 'apply']) {
      const { code, err } = await gatehouse([command, 'p']);
      expect(code).toBe(1);
      expect(err).toContain('p/a.yaml:7:1: colour: is not a field of a policy');
      expect(err).toContain('p/sub/b.yaml:3:23: action.message: unknown placeholder {file} (one of: {appName}');
      expect(err).toContain('p/c.yaml:1:8: ');
    }
    expect(
      (await admin.send('GET', '/policies?search=A')).body.policies.some(
        (one: { policy: { name: string } }) => one.policy.name === 'A',
      ),
    ).toBe(false);
  });

  it('apply refuses while a test fails', async () => {
    file('policies/guests.yaml', policy('Guests', 'severity: low\n'));
    file('policies/guests.test.yaml', policyTest('allow'));
    const { code, err } = await gatehouse(['apply']);
    expect([code, err.split('\n')[0]]).toEqual([
      1,
      'policies/guests.test.yaml:5:5: test "a guest": expected action allow, got block',
    ]);
    expect(err).toContain('nothing was applied');
    expect(await gatehouse(['plan'])).toMatchObject({ code: 1 });
  });

  it('shows findings at their line', async () => {
    file('policies/guests.yaml', policy('Guests', 'alerts: {enabled: true}\n'));
    expect((await gatehouse(['plan'])).out).toContain(
      'policies/guests.yaml:7:1: warning: Alerts are on, but nobody receives them',
    );
  });
});

describe('test', () => {
  it('needs no portal', async () => {
    file('policies/guests.yaml', `${policy('Guests')}---\n${policyTest('block')}`);
    const offline = { GATEHOUSE_URL: '', GATEHOUSE_TOKEN: '' };
    expect(await gatehouse(['test'], offline)).toMatchObject({
      code: 0,
      out: 'ok   a guest\n1 policies, 1 tests, 0 failed\n',
    });
    file('policies/guests.yaml', `${policy('Guests')}---\n${policyTest('coach')}`);
    const failed = await gatehouse(['test'], offline);
    expect([failed.code, failed.out.split('\n')[0]]).toEqual([
      1,
      'FAIL policies/guests.yaml:12:5: a guest: expected action coach, got block',
    ]);
  });
});

describe('explain', () => {
  it('prints the trace of a reference id', async () => {
    portal.messaging.serve(activityGet, async ({ id }) => {
      if (id !== 'GH-7K3M-9QXT') return { activity: null };
      return activityGet.output.parse({ activity });
    });
    const { code, out } = await gatehouse(['explain', 'gh-7k3m-9qxt']);
    expect(code).toBe(0);
    expect(out).toContain('ann@example.com: download of Q3\\u{202e}xls.exe in box, from 192.0.2.1');
    expect(out).toContain('→ Blocked by “Block unmanaged” (version 3): block, the only one that matched.');
    expect(out).toContain(
      'Block unmanaged (version 3, block, deleted since): won\n  ✓ device.tags doesNotEqual [compliant]: attribute absent, saw nothing\n',
    );
    const unknown = await gatehouse(['explain', 'GH-0000-0000']);
    expect([unknown.code, unknown.out]).toEqual([1, '']);
  });
});

describe('connection', () => {
  it.each([
    ['no URL', { GATEHOUSE_URL: '' }, 'set GATEHOUSE_URL'],
    ['no token', { GATEHOUSE_TOKEN: '' }, 'set GATEHOUSE_TOKEN'],
    ['a token in the clear', { GATEHOUSE_URL: 'http://portal.example.com' }, 'is not https'],
    ['a portal that is not there', { GATEHOUSE_URL: 'http://127.0.0.1:1' }, 'cannot be reached'],
    ['a wrong token', { GATEHOUSE_TOKEN: 'ghp_wrong' }, 'does not accept this token'],
  ])('%s is told with the remedy, without the secret', async (_, env, message) => {
    file('policies/guests.yaml', policy('Guests'));
    const { code, out, err } = await gatehouse(['plan'], env);
    expect(code).toBe(1);
    expect(err).toContain(message);
    expect(out + err).not.toContain(token);
    expect(out + err).not.toContain('ghp_');
  });

  it('an unknown command or flag shows the usage', async () => {
    expect((await gatehouse(['destroy'])).err).toContain('there is no command "destroy"');
    expect((await gatehouse(['plan', '--yes'])).err).toContain('gatehouse <command>');
    expect(await gatehouse(['--help'])).toMatchObject({ code: 0 });
  });
});

const activity = {
  id: '018f5b4e-0000-7000-8000-000000000001',
  referenceId: 'GH-7K3M-9QXT',
  time: '2026-01-05T10:00:00Z',
  app: 'box',
  host: 'box.example.com',
  activityType: 'download',
  user: 'ann@example.com',
  ip: '192.0.2.1',
  object: { name: 'Q3\u202exls.exe' },
  scan: { status: 'notRequested' },
  matchedPolicies: [
    { id: 'p1', version: 3, name: 'Block unmanaged', severity: 'high', action: 'block', result: 'won', alert: false },
  ],
  appliedAction: 'block',
  reason: 'POLICY',
  timings: { decision: 2 },
  trace: [
    {
      policyId: 'p1',
      version: 3,
      name: 'Block unmanaged',
      state: 'enabled',
      severity: 'high',
      outcome: 'matched',
      action: 'block',
      rows: [
        {
          field: 'device.tags',
          operator: 'doesNotEqual',
          values: ['compliant'],
          result: 'absent',
          satisfied: true,
          seen: [],
          part: 'activity',
        },
      ],
    },
  ],
};
