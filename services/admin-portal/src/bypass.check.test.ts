import { appSchema, type Bypass } from '@gatehouse/contracts/catalogue';
import { expect, it } from 'vitest';
import { checkBypass } from './bypass.check.ts';

const now = Date.parse('2026-11-01T10:00:00Z');
const apps = [appSchema.parse({ id: 'files', name: 'Files', domains: [{ host: 'files.acme.example' }] })];
const good: Bypass = {
  id: 'b',
  app: 'files',
  users: ['mia@acme.example'],
  reason: 'Upload dialog is broken',
  expiresAt: '2026-11-01T12:00:00Z',
};
const fields = (change: Partial<Bypass>) => checkBypass({ ...good, ...change }, apps, now).map(({ field }) => field);

it('names every bad field at once', () => {
  expect(fields({})).toEqual([]);
  expect(fields({ app: 'crm', users: [], reason: '   why    ', expiresAt: '2026-11-01T10:00:00Z' })).toEqual([
    'app',
    'users',
    'reason',
    'expiresAt',
  ]);
});

it.each([
  ['2026-11-08T10:00:00Z', []],
  ['2026-11-08T10:00:01Z', ['expiresAt']],
  ['2026-10-31T10:00:00Z', ['expiresAt']],
])('an end at %s', (expiresAt, wrong) => {
  expect(fields({ expiresAt })).toEqual(wrong);
});
