import { decisionRequestSchema, type Effect } from '@gatehouse/contracts/decision';
import { expect, test } from 'vitest';
import { withStepUp } from './step-up.ts';

const effect: Effect = {
  action: 'stepUp',
  reason: 'POLICY',
  alert: false,
  dueToDefault: false,
  authnContext: ['mfa', 'urn:hardware'],
};
const at = (authTime: string, ...acr: string[]) => ({ acr, amr: [], authTime });
const requestAt = (time: string, ...authContexts: object[]) =>
  decisionRequestSchema.parse({
    decisionId: '00000000-0000-4000-8000-000000000000',
    scope: 'session',
    subject: { type: 'user', id: 'ann', properties: { authContexts } },
    action: { name: 'download' },
    resource: { type: 'app', id: 'files', properties: { host: 'files.example.com' } },
    context: { time, ip: '192.0.2.1' },
  });

test.each([
  ['no proof at all', [], undefined],
  ['the context, just now', [at('2026-01-01T12:00:00Z', 'mfa')], true],
  ['the context, 15 minutes ago', [at('2026-01-01T11:45:00Z', 'mfa')], true],
  ['stale by a second', [at('2026-01-01T11:44:59Z', 'mfa')], undefined],
  ['a clock that is half a minute ahead', [at('2026-01-01T12:00:30Z', 'mfa')], true],
  ['from the future', [at('2026-01-01T12:01:01Z', 'mfa')], undefined],
  ['a weaker context', [at('2026-01-01T12:00:00Z', 'pwd')], undefined],
  ['a context that differs in case', [at('2026-01-01T12:00:00Z', 'MFA')], undefined],
  ['one of several of the provider', [at('2026-01-01T12:00:00Z', 'pwd', 'urn:hardware')], true],
  [
    'stale in one context, fresh in another',
    [at('2026-01-01T10:00:00Z', 'mfa'), at('2026-01-01T12:00:00Z', 'pwd')],
    undefined,
  ],
  ['a method is no context', [{ acr: ['pwd'], amr: ['mfa'], authTime: '2026-01-01T12:00:00Z' }], undefined],
])('%s', (_, contexts, passed) => {
  expect(withStepUp(effect, requestAt('2026-01-01T12:00:00Z', ...contexts)).stepUpPassed).toBe(passed);
});

test('no context asked for is never passed, and other actions stay as they are', () => {
  const request = requestAt('2026-01-01T12:00:00Z', at('2026-01-01T12:00:00Z', 'mfa'));
  const { authnContext: _, ...nothing } = effect;
  expect(withStepUp(nothing, request)).toEqual(nothing);
  expect(withStepUp({ ...effect, action: 'block' }, request)).toEqual({ ...effect, action: 'block' });
});
