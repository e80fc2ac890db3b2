import { alertSettingsSchema } from '@gatehouse/contracts/policy';
import { expect, test } from 'vitest';
import { planAlerts, planBypassAlert, planOutageAlert, recipientsOf } from './plan.ts';

const defaults = { email: ['org@example.com'], sms: [] };
const settings = alertSettingsSchema.parse({
  enabled: true,
  dailyLimit: 7,
  email: ['soc@example.com', 'soc@example.com'],
  sms: ['+12025550100'],
});
const matched = (id: string, alert: boolean) =>
  ({ id, version: 1, name: `Policy ${id}`, severity: 'high', action: 'block', result: 'won', alert }) as const;

test('one alert per matched policy that alerts, ordered by policy id', () => {
  const activity = {
    matchedPolicies: [matched('b', true), matched('a', true), matched('quiet', false), matched('a', true)],
  };
  const plan = planAlerts(activity, (id) => (id === 'a' ? settings : undefined), defaults);
  expect(plan).toEqual([
    {
      policyId: 'a',
      policyName: 'Policy a',
      severity: 'high',
      dailyLimit: 7,
      recipients: [
        { channel: 'email', address: 'soc@example.com' },
        { channel: 'sms', address: '+12025550100' },
      ],
    },
    expect.objectContaining({
      policyId: 'b',
      dailyLimit: 5,
      recipients: [{ channel: 'email', address: 'org@example.com' }],
    }),
  ]);
});

test('organisation defaults hold until a policy names a recipient', () => {
  expect(recipientsOf(alertSettingsSchema.parse({ webhook: ['https://hooks.example.com/a'] }), defaults)).toEqual([
    { channel: 'webhook', address: 'https://hooks.example.com/a' },
  ]);
});

test('an outage alerts the organisation', () => {
  const outage = { key: 'k', reason: 'DEFAULT_UNREACHABLE', cause: 'no answer', title: 'Outage: no answer' } as const;
  expect(planOutageAlert(outage, defaults)).toMatchObject({ policyId: 'outage:DEFAULT_UNREACHABLE', severity: 'high' });
});

test('a bypass alerts the organisation, other activities do not', () => {
  expect(planBypassAlert({ app: 'box', reason: 'NOT_ASSIGNED' }, defaults)).toEqual([]);
  expect(planBypassAlert({ app: 'box', reason: 'BYPASS' }, defaults)).toMatchObject([
    { policyId: 'bypass:box', severity: 'high', recipients: [{ channel: 'email', address: 'org@example.com' }] },
  ]);
});
