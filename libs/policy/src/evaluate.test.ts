// What the YAML cases cannot say: stored policies this version cannot read, and the app index.
import { decisionRequestSchema } from '@gatehouse/contracts/decision';
import { type Filter, policySchema, type StoredPolicy } from '@gatehouse/contracts/policy';
import { describe, expect, it } from 'vitest';
import { compile } from './compile.ts';
import { evaluate } from './evaluate.ts';

const request = (app: string, scope: 'access' | 'session' = 'session') =>
  decisionRequestSchema.parse({
    decisionId: '018f5b4e-0000-7000-8000-000000000001',
    scope,
    subject: { type: 'user', id: 'ann', properties: {} },
    action: { name: 'download' },
    resource: { type: 'app', id: app, properties: { host: 'h', file: {} } },
    context: { time: '', ip: '192.0.2.1' },
  });

const stored = (kind: string, activity: Filter[]): StoredPolicy => {
  const control = kind === 'SessionPolicy' ? { controlType: 'monitorAndControlDownload' } : {};
  const policy = policySchema.parse({ kind, ...control, name: 'P', activity, action: { type: 'block' } });
  return { id: 'p', version: 1, policy, createdAt: '', updatedAt: '', updatedBy: '' };
};

describe('evaluate', () => {
  it.each<Filter>([
    { field: 'user.shoe', operator: 'equals', values: ['x'] },
    { field: 'app', operator: 'contains', values: ['x'] },
    { not: { field: 'user.shoe', operator: 'equals', values: ['x'] } },
  ])('takes a policy it cannot read for matched: %j', (filter) => {
    const compiled = compile([
      stored('SessionPolicy', [{ field: 'app', operator: 'equals', values: ['box'] }, filter]),
    ]);
    expect(evaluate(compiled, request('crm'))).toMatchObject({ verdict: { action: 'block', reason: 'POLICY' } });
  });

  it('does the same for access policies', () => {
    const compiled = compile([stored('AccessPolicy', [{ field: 'user.shoe', operator: 'isSet', values: [] }])]);
    expect(evaluate(compiled, request('crm', 'access'))).toMatchObject({ verdict: { action: 'block' } });
  });

  it('skips policies for other apps unless asked to trace them', () => {
    const compiled = compile([stored('SessionPolicy', [{ field: 'app', operator: 'equals', values: ['Box'] }])]);
    expect(evaluate(compiled, request('crm')).trace).toEqual([]);
    expect(evaluate(compiled, request('crm'), { traceOtherApps: true }).trace).toMatchObject([
      { outcome: 'notMatched' },
    ]);
    expect(evaluate(compiled, request('BOX'))).toMatchObject({ verdict: { action: 'block' } });
  });
});
