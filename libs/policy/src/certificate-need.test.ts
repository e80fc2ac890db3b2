import { type Filter, storedPolicySchema } from '@gatehouse/contracts/policy';
import { expect, it } from 'vitest';
import { needsCertificate } from './certificate-need.ts';

const all = ['compliant', 'domainJoined', 'validClientCertificate'];
const row = (operator: string, ...values: string[]) => ({ field: 'device.tags', operator, values }) as Filter;
const app = (operator: string, ...values: string[]) => ({ field: 'app', operator, values }) as Filter;
const policy = (activity: Filter[], state = 'enabled') =>
  storedPolicySchema.parse({
    ...{ id: 'p', version: 1, createdAt: '', updatedAt: '', updatedBy: '' },
    policy: { kind: 'AccessPolicy', name: 'p', state, activity, action: { type: 'block' } },
  });

it.each([
  ['nothing about devices', [app('equals', 'box')], [], false],
  ['all three, none proven', [row('doesNotEqual', ...all)], [], true],
  ['all three, one proven', [row('doesNotEqual', ...all)], ['compliant'], false],
  ['only others', [row('doesNotEqual', 'compliant')], [], false],
  ['the certificate alone, another proven', [row('equals', 'validClientCertificate')], ['compliant'], true],
  ['the certificate already proven', [row('equals', 'validClientCertificate')], ['validClientCertificate'], false],
  ['any tag', [row('isNotSet')], [], true],
  ['any tag, one proven', [row('isSet')], ['compliant'], false],
  ['another app', [app('equals', 'crm'), row('doesNotEqual', ...all)], [], false],
  ['every app but this', [app('doesNotEqual', 'box'), row('doesNotEqual', ...all)], [], false],
  ['every app but another', [app('doesNotEqual', 'crm'), row('doesNotEqual', ...all)], [], true],
  ['deep in groups', [{ any: [app('equals', 'crm'), { not: { all: [row('isSet')] } }] } as Filter], [], true],
] as const)('%s', (_, activity, tags, expected) => {
  expect(needsCertificate([policy([...activity])], 'box', tags)).toBe(expected);
});

it('report-only counts, disabled does not', () => {
  expect(needsCertificate([policy([row('isSet')], 'reportOnly')], 'box', [])).toBe(true);
  expect(needsCertificate([policy([row('isSet')], 'disabled')], 'box', [])).toBe(false);
});
