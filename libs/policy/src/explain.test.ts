import { policySchema } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { explainPolicy } from './explain.ts';

const session = {
  kind: 'SessionPolicy',
  name: 'P',
  controlType: 'monitorAndControlDownload',
  action: { type: 'block' },
};
const app = { field: 'app', operator: 'equals', values: ['files'] };
const unmanaged = {
  field: 'device.tags',
  operator: 'doesNotEqual',
  values: ['compliant', 'domainJoined', 'validClientCertificate'],
};

describe('explainPolicy', () => {
  it.each<[unknown, string]>([
    [
      {
        ...session,
        activity: [app, unmanaged],
        files: [{ field: 'file.extension', operator: 'equals', values: ['.xls'] }],
      },
      'When **unmanaged** devices download **.xls** from **files**: **block**.',
    ],
    [
      { ...session, kind: 'SessionPolicy', state: 'disabled' },
      'When users download from any app: **block**. Disabled.',
    ],
    [
      {
        ...session,
        state: 'reportOnly',
        alerts: { enabled: true },
        activity: [
          { field: 'user.group', operator: 'equals', values: ['Marketing', 'Sales'] },
          { field: 'device.tags', operator: 'equals', values: ['compliant'] },
        ],
        files: [
          {
            any: [
              { field: 'file.name', operator: 'isSet' },
              { all: [{ not: { field: 'file.size', operator: 'lessThan', values: ['1 MiB'] } }] },
            ],
          },
        ],
        inspection: { match: 'all', types: [{ id: 'us-ssn' }, { id: 'iban', minInstances: 3 }], exclude: ['test'] },
        action: { type: 'protect', label: 'Secret' },
      },
      'When members of **Marketing** or **Sales** download from any app, if device.tags is **compliant** and (file.name is known or (not (file.size is less than **1 MiB**))) and the content has **us-ssn** and **iban** (at least 3) unless it has **test**: **protect** with **Secret** and alert. Report only: recorded, not enforced.',
    ],
    [
      { ...session, inspection: { source: 'fileName', types: [{ id: 'a' }, { id: 'b' }] } },
      'When users download from any app, if the file name has **a** or **b**: **block**.',
    ],
    [
      {
        kind: 'AccessPolicy',
        name: 'P',
        activity: [{ ...unmanaged, values: ['compliant'] }],
        action: { type: 'block' },
      },
      'When users sign in to any app, if device.tags is not **compliant**: **block**.',
    ],
    [
      { ...session, action: { type: 'stepUp', authnContext: ['mfa', 'hardware'] } },
      'When users download from any app: **stepUp** to **mfa** or **hardware**.',
    ],
    [
      { ...session, controlType: 'monitor', action: { type: 'allow' } },
      'When users do anything in any app: **allow**.',
    ],
    [
      {
        ...session,
        controlType: 'monitor',
        action: { type: 'allow' },
        activity: [
          { field: 'activity.type', operator: 'equals', values: ['print'] },
          { field: 'user.name', operator: 'equals', values: ['ann'] },
        ],
      },
      'When users named **ann** do **print** in any app: **allow**.',
    ],
  ])('%#', (policy, sentence) => expect(explainPolicy(policySchema.parse(policy))).toBe(sentence));
});
