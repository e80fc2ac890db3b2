import { protectionSchema } from '@gatehouse/contracts/label';
import { describe, expect, test } from 'vitest';
import { checkOpen, type FileRecord, mayHoldKey, type Subject } from './open-check.ts';

const fileId = '0b8f6c3e-5a0a-4f5c-9d5f-0e6f9a1b2c3d';
const attribute = `https://keys.example/attr/file/value/${fileId}`;
const now = Date.parse('2026-06-01T12:00:00Z');
const kim: Subject = {
  user: 'Kim@acme.example',
  groups: ['Sales'],
  deviceTags: [],
  strong: false,
  authenticatedAt: now,
};
const policy = { uuid: fileId, body: { dataAttributes: [{ attribute }], dissem: [] as string[] } };
const protectionOf = (principal: object, more = {}) =>
  protectionSchema.parse({ permissions: [{ principal, rights: ['view'] }], ...more });
const record: FileRecord = {
  ...{ fileId, app: 'files', label: 'Secret', fileName: 'a.docx', downloader: 'sam@acme.example' },
  protection: protectionOf({ type: 'anyUser' }),
  expiresAt: undefined,
  revokedAt: undefined,
  granted: [],
};
const check = (change: Partial<FileRecord> = {}, more: Partial<Parameters<typeof checkOpen>[0]> = {}) =>
  checkOpen({ record: { ...record, ...change }, policy, subject: kim, attribute, now, ...more });
const denied = (reason: string) => ({ type: 'denied', reason });

test.each([
  [{ type: 'user', id: 'kim@ACME.example' }, true],
  [{ type: 'user', id: 'sam@acme.example' }, false],
  [{ type: 'group', id: 'sales' }, true],
  [{ type: 'group', id: 'sale' }, false],
  [{ type: 'domain', id: 'acme.example' }, true],
  [{ type: 'domain', id: 'me.example' }, false],
  [{ type: 'anyUser' }, true],
])('%o names Kim: %s', (principal, allowed) => {
  expect(check({ protection: protectionOf(principal) }).type).toBe(allowed ? 'allowed' : 'denied');
});

test('a grant adds rights for one person', () => {
  const protection = protectionOf({ type: 'user', id: 'sam@acme.example' });
  expect(check({ protection, granted: ['export'] })).toEqual({ type: 'allowed', rights: ['export'] });
});

describe('denied', () => {
  test('no record, revoked, expired', () => {
    expect(check({}, { record: undefined })).toEqual(denied('unknownFile'));
    expect(check({ revokedAt: new Date(now) })).toEqual(denied('revoked'));
    expect(check({ expiresAt: new Date(now) })).toEqual(denied('expired'));
    expect(check({ expiresAt: new Date(now + 1) }).type).toBe('allowed');
  });
  test.each([
    [
      'an attribute nobody has',
      { dataAttributes: [{ attribute }, { attribute: 'https://x/attr/a/value/b' }], dissem: [] },
    ],
    ['dissem alone', { dataAttributes: [], dissem: ['kim@acme.example'] }],
    ['dissem of others', { dataAttributes: [{ attribute }], dissem: ['sam@acme.example'] }],
    ['null arrays', { dataAttributes: null, dissem: null }],
  ])('%s', (_, body) => {
    expect(check({}, { policy: { uuid: fileId, body } })).toEqual(denied('notPermitted'));
  });
  test('dissem with the person and the attribute passes', () => {
    const body = { dataAttributes: [{ attribute }], dissem: ['KIM@acme.example'] };
    expect(check({}, { policy: { uuid: fileId, body } }).type).toBe('allowed');
  });
  test('device and step-up', () => {
    const device = protectionOf({ type: 'anyUser' }, { requireCompliantDevice: true });
    expect(check({ protection: device })).toEqual(denied('deviceNotCompliant'));
    expect(check({ protection: device }, { subject: { ...kim, deviceTags: ['compliant'] } }).type).toBe('allowed');
    const stepUp = protectionOf({ type: 'anyUser' }, { requireStepUp: true });
    expect(check({ protection: stepUp })).toEqual(denied('stepUpNeeded'));
    expect(check({ protection: stepUp }, { subject: { ...kim, strong: true } }).type).toBe('allowed');
    const old = { ...kim, strong: true, authenticatedAt: now - 15 * 60_000 };
    expect(check({ protection: stepUp }, { subject: old })).toEqual(denied('stepUpNeeded'));
  });
});

test('only these rights release the key', () => {
  expect([['view'], ['print'], ['view', 'print']].some((rights) => mayHoldKey(rights as ['view']))).toBe(false);
  for (const right of ['edit', 'export', 'owner'] as const) expect(mayHoldKey(['view', right])).toBe(true);
});
