import { assignmentSchema, bypassSchema } from '@gatehouse/contracts/catalogue';
import { expect, test } from 'vitest';
import { routingOf } from './routing.ts';

const now = Date.parse('2026-11-01T10:00:00Z');
const assignment = (value: object) => assignmentSchema.parse({ id: 'a', app: 'box', ...value });
const bypass = (value: object) =>
  bypassSchema.parse({
    ...{ id: 'b', app: 'box', users: ['mia@acme.example'], reason: 'broken upload' },
    expiresAt: '2026-11-01T11:00:00Z',
    ...value,
  });
const mia = { user: 'mia@acme.example', groups: ['Marketing'] };
const everyone = [assignment({ everyone: true })];
const route = (assignments: ReturnType<typeof assignment>[], bypasses: ReturnType<typeof bypass>[], at = now) =>
  routingOf({ assignments, bypasses }, 'box', mia, at).type;

test.each([
  ['everyone', { everyone: true }, 'proxied'],
  ['her name in other case', { users: ['MIA@acme.example'] }, 'proxied'],
  ['one of her groups', { groups: ['sales', 'MARKETING'] }, 'proxied'],
  ['somebody else', { users: ['max@acme.example'], groups: ['Sales'] }, 'unassigned'],
  ['another app', { app: 'crm', everyone: true }, 'unassigned'],
  ['restrictions switched off', { everyone: true, enforced: false }, 'unassigned'],
])('assigned: %s', (_, value, type) => {
  expect(route([assignment(value)], [])).toBe(type);
});

test.each([
  ['her name in other case', { users: ['Mia@ACME.example'] }, 'bypassed'],
  ['ended this moment', { expiresAt: '2026-11-01T10:00:00Z' }, 'proxied'],
  ['for somebody else', { users: ['max@acme.example'] }, 'proxied'],
  ['of another app', { app: 'crm' }, 'proxied'],
])('bypass: %s', (_, value, type) => {
  expect(route(everyone, [bypass(value)])).toBe(type);
});

test('a bypass ends by itself and opens nothing to the unassigned', () => {
  expect(route(everyone, [bypass({})], now + 3_599_999)).toBe('bypassed');
  expect(route(everyone, [bypass({})], now + 3_600_000)).toBe('proxied');
  expect(route([], [bypass({})])).toBe('unassigned');
});

test('of two the one that ends last is named', () => {
  const bypasses = [bypass({ id: 'soon' }), bypass({ id: 'late', expiresAt: '2026-11-02T10:00:00Z' })];
  expect(routingOf({ assignments: everyone, bypasses }, 'box', mia, now)).toMatchObject({ bypass: { id: 'late' } });
});
