// SPEC scenario 3, the same whatever way people sign in: two policies, device and network.

import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { eventually, savedBy } from './journey.ts';
import type { Portal } from './portal.ts';

/** Device, address, and which of the policies match. */
export const rows = [
  ['unmanaged', '10.1.0.5', ['A']],
  ['compliant', '203.0.113.9', ['B']],
  ['compliant', '2001:db8:9::1', ['B']],
  ['unmanaged', '203.0.113.9', ['A', 'B']],
  ['compliant', '10.1.0.5', []],
] as const;

const base = { kind: 'SessionPolicy', controlType: 'monitorAndControlDownload', action: { type: 'block' } };
const app = { field: 'app', operator: 'equals', values: ['crm'] };
const outside = { field: 'ip.category', operator: 'doesNotEqual', values: ['corporate'] };

/** A blocks downloads of the CRM on unmanaged devices, B outside the office. */
export const policies = (unmanaged: object, alerts: object) => [
  { ...base, alerts, name: 'A', activity: [app, unmanaged] },
  { ...base, alerts, name: 'B', activity: [app, outside] },
];

/** `page` is in the CRM: its download is replaced if anything matches, and the row names what did. */
export async function expectMatches(
  page: Page,
  portal: Portal,
  crm: string,
  address: string,
  matched: readonly string[],
) {
  const file = await savedBy(page, () => page.goto(`${crm}/contacts.csv`));
  expect(file.name.endsWith('.txt')).toBe(matched.length > 0);
  const row = await eventually(
    async () => (await portal.activities('app=crm&activityType=download&limit=1')).find((each) => each.ip === address),
    'the row',
  );
  expect(row.matchedPolicies.map(({ name }) => name).sort()).toEqual([...matched]);
}
