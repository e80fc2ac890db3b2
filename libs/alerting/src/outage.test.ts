import { expect, test } from 'vitest';
import { outageOf as find } from './outage.ts';

type Given = Parameters<typeof find>[0];
const outageOf = (activity: Omit<Given, 'trace'> & Partial<Pick<Given, 'trace'>>) => find({ trace: [], ...activity });

test('only reasons of a failing part are outages', () => {
  expect(outageOf({ reason: 'POLICY' })).toBeUndefined();
  expect(outageOf({ reason: 'UNSCANNABLE_ENCRYPTED', cause: 'encrypted' })).toBeUndefined();
  expect(outageOf({ reason: 'UNSCANNABLE_SCANNER_DOWN' })?.cause).toBe('content scanner down');
});

test('numbers and ids do not make a new outage, another cause does', () => {
  const key = (cause: string) => outageOf({ reason: 'DEFAULT_UNREACHABLE', cause })?.key;
  expect(key('no answer in 801 ms')).toBe(key('No answer in 803 ms'));
  expect(key('scan 0198c2b0-1111-7000-8000-000000000001 lost')).toBe(
    key('scan 0198c2b0-2222-7000-8000-0000000000ff lost'),
  );
  expect(key('NATS down')).not.toBe(key('policy-decision down'));
});

test('a revocation check that cannot be made is one outage, a revoked certificate is none', () => {
  const of = (certificateReason: 'CERT_CRL_UNAVAILABLE' | 'CERT_REVOKED') =>
    outageOf({ reason: 'POLICY', cause: 'blocked', certificateReason });
  expect(of('CERT_CRL_UNAVAILABLE')).toMatchObject({ key: 'CERT_CRL_UNAVAILABLE', reason: 'CERT_CRL_UNAVAILABLE' });
  expect(of('CERT_REVOKED')).toBeUndefined();
});

test('a policy that names something deleted is told of once, while it is enforced', () => {
  const traced = {
    policyId: 'p1',
    version: 3,
    name: 'Guests\r\nout',
    severity: 'high',
    action: 'block',
    rows: [] as Given['trace'][number]['rows'],
  } as const;
  const of = (state: 'enabled' | 'reportOnly', outcome: 'brokenReference' | 'matched') =>
    outageOf({ reason: 'POLICY', trace: [{ ...traced, state, outcome }] });
  expect(of('enabled', 'brokenReference')).toMatchObject({
    key: 'BROKEN_REFERENCE:p1',
    title: 'Broken policy: Guests out',
  });
  expect(of('reportOnly', 'brokenReference')).toBeUndefined();
  expect(of('enabled', 'matched')).toBeUndefined();
});
