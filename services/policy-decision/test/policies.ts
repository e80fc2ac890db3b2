// Stored policies and requests the tests of this service share.
import { type DecisionRequest, decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type StoredPolicy, storedPolicySchema } from '@gatehouse/contracts/policy';

export const blockXls = {
  kind: 'SessionPolicy',
  name: 'No xls',
  controlType: 'monitorAndControlDownload',
  activity: [{ field: 'app', operator: 'equals', values: ['files'] }],
  files: [{ field: 'file.extension', operator: 'equals', values: ['xls'] }],
  action: { type: 'block', message: 'no {fileName}' },
};

export function stored(id: string, policy: object, version = 1): StoredPolicy {
  return storedPolicySchema.parse({ id, version, policy, createdAt: '', updatedAt: '', updatedBy: 'test' });
}

export function download(name: string, app = 'files'): DecisionRequest {
  const extension = name.split('.').at(-1);
  return decisionRequestSchema.parse({
    decisionId: '018f5b4e-0000-7000-8000-000000000001',
    scope: 'session',
    subject: { type: 'user', id: 'ann@acme.com', properties: {} },
    action: { name: 'download' },
    resource: { type: 'app', id: app, properties: { host: 'files.acme.com', file: { name, extensions: [extension] } } },
    context: { time: '2026-01-05T10:00:00Z', ip: '192.0.2.1' },
  });
}
