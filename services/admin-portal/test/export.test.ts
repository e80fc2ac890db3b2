// Export of activities over real HTTP: every row, nothing held back, nothing that looks whole when it is not.
import { type ActivityRow, activityList, activityRowSchema } from '@gatehouse/contracts/queries';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, firstAdmin, signInAs, startPortal, type TestPortal } from './portal.ts';

const rows = 12_345;
let portal: TestPortal;
let admin: Client;
let breakAt = Number.POSITIVE_INFINITY;
const filters: object[] = [];

function rowOf(index: number): ActivityRow {
  return activityRowSchema.parse({
    id: `0198c1a0-0000-7000-8000-${String(index).padStart(12, '0')}`,
    referenceId: 'GH-7K3M-9QXT',
    time: '2026-01-01T00:00:00.000Z',
    app: 'files',
    host: 'files.acme.localhost',
    activityType: 'download',
    user: `user${index}@example.com`,
    ip: '10.1.0.5',
    object: { name: '=1+1.txt' },
    scan: { status: 'completed', findings: [{ type: 'us-ssn', confidence: 85, place: 'text', evidence: 'SSN XXX' }] },
    appliedAction: 'block',
    reason: 'POLICY',
  });
}

beforeAll(async () => {
  portal = await startPortal();
  admin = await firstAdmin(portal);
  portal.messaging.serve(activityList, async ({ filter, limit, cursor }) => {
    filters.push(filter);
    const from = Number(cursor ?? 0);
    if (from >= breakAt) throw new Error('away');
    const to = Math.min(from + limit, rows);
    const activities = Array.from({ length: to - from }, (_, at) => rowOf(from + at));
    return { activities, ...(to < rows ? { nextCursor: String(to) } : {}) };
  });
});
afterAll(() => portal.stop());

test('NDJSON has every row once, in order, without a cap', async () => {
  const reply = await admin.send('GET', '/activities/export?format=ndjson&app=files&user=a&user=b');
  expect(reply.headers.get('content-disposition')).toBe('attachment; filename="gatehouse-activities.ndjson"');
  const users = reply.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).user);
  expect(users).toHaveLength(rows);
  expect(users.every((user, index) => user === `user${index}@example.com`)).toBe(true);
  expect(filters.at(-1)).toEqual({ app: ['files'], user: ['a', 'b'] });
});

test('CSV has a head, every row, and no formula', async () => {
  const reply = await admin.send('GET', '/activities/export?format=csv');
  expect(reply.headers.get('content-type')).toContain('text/csv');
  const lines = reply.text.trimEnd().split('\r\n');
  expect(lines).toHaveLength(rows + 1);
  expect(lines[0]).toMatch(/^time,referenceId,user,/);
  expect(reply.text).not.toMatch(/(^|,)"?[=+@]/m);
});

test('a reader exports no evidence; every export is audited; a wrong format is named', async () => {
  const reader = await signInAs(portal, admin, 'reader');
  const reply = await reader.send('GET', '/activities/export?format=ndjson');
  expect(reply.text).not.toContain('SSN XXX');
  expect((await admin.send('GET', '/activities/export?format=ndjson')).text).toContain('SSN XXX');
  expect(JSON.stringify((await admin.send('GET', '/audit')).body)).toContain('export as ndjson');
  const bad = await admin.send('GET', '/activities/export?format=xls');
  expect([bad.status, bad.body.errors[0].field]).toEqual([422, 'format']);
});

test('activity-log away at the start is a 503, on the way a broken answer and never a short file', async () => {
  breakAt = 0;
  expect((await admin.send('GET', '/activities/export?format=csv')).status).toBe(503);
  breakAt = 5_000;
  await expect(admin.send('GET', '/activities/export?format=csv')).rejects.toThrow();
  breakAt = Number.POSITIVE_INFINITY;
  expect((await admin.send('GET', '/activities/export?format=csv')).status).toBe(200);
});
