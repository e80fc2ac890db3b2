import { randomUUID } from 'node:crypto';
import { type Activity, activitySchema } from '@gatehouse/contracts/activity';
import { decisionPreview } from '@gatehouse/contracts/preview';
import { activityGet } from '@gatehouse/contracts/queries';
import { decisionReplay, type ReplayRequest } from '@gatehouse/contracts/replay';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sentenceOf } from '../src/explanation.ts';
import { type Client, firstAdmin, signInAs, startPortal, type TestPortal } from './portal.ts';

let portal: TestPortal;
let admin: Client;
let reader: Client;
let policyId: string;
let activity: Activity;
let replayed: ReplayRequest | undefined;

const policy = {
  kind: 'SessionPolicy',
  name: 'No SSN',
  controlType: 'monitorAndControlDownload',
  inspection: { types: [{ id: 'us-ssn' }] },
  action: { type: 'block' },
};
const pending = { state: 'pending' } as const;

function recordedActivity(id: string): Activity {
  const named = { version: 1, name: 'No SSN', severity: 'medium', action: 'block' } as const;
  const row = { field: 'file.content', operator: 'equals', values: ['us-ssn'], seen: ['us-ssn'], satisfied: true };
  const finding = { type: 'us-ssn', confidence: 85, place: 'text', evidence: 'SSN XXX-XX-XXXX' };
  const file = { name: 'a.txt', extensions: ['txt'], types: ['text'], size: { state: 'known', bytes: 9 } };
  const found = { type: 'us-ssn', instances: { 65: 1, 75: 1, 85: 1 } };
  return activitySchema.parse({
    id: randomUUID(),
    referenceId: 'GH-7K3M-9QXT',
    time: new Date().toISOString(),
    ...{ app: 'box', host: 'box.example.com', activityType: 'download', user: 'eve@example.com', ip: '203.0.113.9' },
    object: { name: 'a.txt', size: 9 },
    scan: { status: 'completed', findings: [finding] },
    matchedPolicies: [{ ...named, id, result: 'won', alert: false }],
    reportOnly: [{ ...named, id: 'gone', name: 'Old', result: 'composed', alert: false }],
    ...{ appliedAction: 'block', reason: 'POLICY', timings: { evaluate: 1, scan: 20, total: 60 } },
    trace: [
      {
        ...{ policyId: id, version: 1, name: 'No SSN', state: 'enabled', severity: 'medium', outcome: 'matched' },
        action: 'block',
        rows: [{ ...row, result: 'hit', part: 'inspection' }],
      },
    ],
    facts: {
      kind: 'file',
      action: 'download',
      file,
      learned: {
        sought: { size: false, label: false, malware: false, content: ['us-ssn'] },
        file: { ...file, content: { state: 'known', matches: [found] }, label: { state: 'known', labels: [] } },
        complete: true,
      },
    },
  });
}

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
  reader = await signInAs(portal, admin, 'reader');
  const created = await admin.send('POST', '/policies', policy);
  policyId = created.body.id;
  activity = recordedActivity(policyId);
  portal.messaging.serve(activityGet, async ({ id }) => ({
    activity: [activity.id, activity.referenceId].includes(id) ? activity : null,
  }));
  portal.messaging.serve(decisionReplay, async (input) => {
    replayed = input;
    const none = { considered: 0, truncated: false, matched: 0, changed: 0, users: 0, apps: 0, withoutFacts: 0 };
    const empty = { pairs: [], samples: [], notScanned: { count: 0, facts: [] }, replayMs: 1 };
    return { from: input.from, to: input.to, ...none, ...empty };
  });
});
afterAll(() => portal?.stop());

describe('explain', () => {
  it('names every row, the winner and why, versions then and now, by reference or activity id', async () => {
    const stored = await admin.send('GET', `/policies/${policyId}`);
    await admin.send('PUT', `/policies/${policyId}`, { ...policy, severity: 'high' }, { 'if-match': '"1"' });
    expect(stored.status).toBe(200);
    for (const id of [activity.id, activity.referenceId]) {
      const { status, body } = await admin.send('GET', `/explain/${id}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        referenceId: 'GH-7K3M-9QXT',
        sentence:
          'Blocked by “No SSN” (version 1): block, the only one that matched. “Old” is report only: it would block.',
        winner: { id: policyId, version: 1 },
        policies: [{ policyId, version: 1, result: 'won', now: { version: 2, state: 'enabled' } }],
        timings: { evaluate: 1 },
      });
      expect(body.policies[0].rows[0]).toMatchObject({ result: 'hit', seen: ['us-ssn'] });
      expect(body.scan.findings[0].evidence).toContain('XXX');
    }
  });

  it('hides evidence from readers, and what is not there is not found or expired', async () => {
    const { body } = await reader.send('GET', '/explain/GH-7K3M-9QXT');
    expect(body.scan.findings[0].evidence).toBe('');
    const unknown = await reader.send('GET', '/explain/GH-0000-0000');
    expect([unknown.status, unknown.body.detail]).toEqual([404, 'Not found or expired.']);
  });

  it.each<[Partial<Activity>, string]>([
    [{ matchedPolicies: [], reportOnly: [], reason: 'NO_MATCH', appliedAction: 'none' }, 'Allowed: no policy matched.'],
    [
      {
        matchedPolicies: [],
        reportOnly: [],
        reason: 'DEFAULT_BROKEN',
        appliedAction: 'defaultBlock',
        cause: 'blocked due to default behaviour: x',
      },
      'Blocked: DEFAULT_BROKEN. Blocked due to default behaviour: x.',
    ],
    [
      { matchedPolicies: [], reportOnly: [], reason: 'STRICT_MODE', appliedAction: 'block' },
      'Blocked: STRICT_MODE. Strict mode of the app blocks a file that was not fully inspected.',
    ],
    [
      {
        matchedPolicies: [],
        reportOnly: [],
        reason: 'STEPUP_STALE',
        appliedAction: 'stepUpFailed',
        cause: 'another user signed in',
      },
      'Refused after a failed step-up: STEPUP_STALE. Another user signed in.',
    ],
    [
      {
        matchedPolicies: [],
        reportOnly: [],
        reason: 'POLICY',
        appliedAction: 'coachAccepted',
        justification: 'the board asked',
      },
      'Allowed after a warning: POLICY. Reason given: “the board asked”.',
    ],
  ])('says in a sentence %#', (change, sentence) => expect(sentenceOf({ ...activity, ...change })).toBe(sentence));
});

describe('what-if', () => {
  it('takes a recorded decision as its case, with what was learned of the file', async () => {
    const asked: unknown[] = [];
    portal.messaging.serve(decisionPreview, async ({ request }) => {
      asked.push(request.resource.properties.file);
      const verdict = { action: 'block', reason: 'POLICY', obligations: [], matched: [], reportOnly: [] } as const;
      return decisionPreview.output.parse({ type: 'verdict', decisionId: request.decisionId, verdict, trace: [] });
    });
    const { status, body } = await reader.send('POST', '/what-if', { activityId: activity.referenceId });
    expect([status, body.verdict.action]).toEqual([200, 'block']);
    // The label was not read then: it stays open instead of being taken for absent.
    expect(asked).toMatchObject([{ label: pending, content: { state: 'known', matches: [{ type: 'us-ssn' }] } }]);
  });

  it('names what is wrong', async () => {
    const both = await reader.send('POST', '/what-if', {});
    expect([both.status, both.body.errors[0].field]).toEqual([422, 'request']);
    expect((await reader.send('POST', '/what-if', { activityId: 'GH-0000-0000' })).status).toBe(404);
    const draft = { ...policy, name: 'New', severity: 'huge' };
    const bad = await reader.send('POST', '/what-if', { activityId: activity.id, draft });
    expect([bad.status, bad.body.errors[0].field]).toEqual([422, 'draft.severity']);
  });
});

describe('replay', () => {
  it('passes the changes on, for the days asked, to a reader too', async () => {
    const changes = [{ id: policyId, policy: null }, { policy: { ...policy, name: 'Other' } }];
    const { status, body } = await reader.send('POST', '/replay', { changes, days: 7, wouldHave: true });
    expect([status, body.considered]).toEqual([200, 0]);
    expect(replayed).toMatchObject({ changes, wouldHave: true, limit: 10_000 });
    expect(Date.parse(replayed?.to ?? '') - Date.parse(replayed?.from ?? '')).toBe(7 * 86_400_000);
  });

  it('names every bad field of every change at once', async () => {
    const changes = [
      { id: randomUUID(), policy: null },
      { policy: { ...policy, name: 'Bad', severity: 'huge', action: { type: 'block', message: '{file}' } } },
      { policy: null },
    ];
    const { status, body } = await reader.send('POST', '/replay', { changes, days: 7 });
    expect([status, body.errors.map(({ field }: { field: string }) => field).sort()]).toEqual([
      422,
      ['changes[0].id', 'changes[1].policy.action.message', 'changes[1].policy.severity', 'changes[2].id'],
    ]);
    expect((await reader.send('POST', '/replay', { changes: [], days: 7 })).status).toBe(422);
    expect((await reader.send('POST', '/replay', { changes: [{ policy }] })).body.errors[0].field).toBe('days');
  });
});
