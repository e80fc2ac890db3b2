import { labelSchema } from '@gatehouse/contracts/label';
import { expect, test } from 'vitest';
import { checkLabel } from './label.check.ts';

const site = 'aaaaaaaa-0000-4000-8000-000000000001';
const other = labelSchema.parse({
  id: '11111111-0000-4000-8000-000000000001',
  siteId: site,
  name: 'Internal',
  priority: 10,
});
const label = labelSchema.parse({
  id: '22222222-0000-4000-8000-000000000002',
  siteId: site,
  name: 'Secret',
  priority: 20,
  protection: { permissions: [{ principal: { type: 'domain', id: 'acme.example' }, rights: ['view'] }] },
});

test('a good label passes', () => {
  expect(checkLabel(label, [other])).toEqual([]);
});

test('every bad field is named at once', () => {
  const permissions = [{ principal: { type: 'domain' as const, id: 'acme' }, rights: ['view' as const] }];
  const protection = { permissions, requireCompliantDevice: false, requireStepUp: false };
  const errors = checkLabel({ ...label, id: 'x', name: 'internal', priority: 10, protection }, [other]);
  expect(errors.map(({ field }) => field)).toEqual([
    'id',
    'name',
    'priority',
    'protection.permissions[0].principal.id',
  ]);
});
