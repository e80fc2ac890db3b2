// The combination table as the model has it, including the actions that are not available yet.
import type { Obligation } from '@gatehouse/contracts/decision';
import type { ActionType } from '@gatehouse/contracts/vocabulary';
import { describe, expect, it } from 'vitest';
import { type Asking, combine } from './combine.ts';

type Action = {
  readonly type: ActionType;
  readonly labelPriority?: number;
  readonly label?: string;
  readonly authnContext?: string[];
  readonly requireJustification?: boolean;
};

function effect(name: string, { type, ...details }: Action): Asking {
  const asked = { action: type, reason: 'POLICY', alert: false, dueToDefault: false, ...details } as const;
  return { policyId: name, version: 1, name, severity: 'medium', state: 'enabled', effect: asked };
}

const allow = effect('allow', { type: 'allow' });
const block = effect('block', { type: 'block' });
const internal = effect('internal', { type: 'protect', label: 'Internal', labelPriority: 10 });
const confidential = effect('confidential', { type: 'protect', label: 'Confidential', labelPriority: 20 });
const unranked = effect('unranked', { type: 'protect' });
const stepUp = effect('stepUp', { type: 'stepUp', authnContext: ['mfa'] });
const anyStepUp = effect('anyStepUp', { type: 'stepUp' });
const coach = effect('coach', { type: 'coach', requireJustification: true });
const plainCoach = effect('plainCoach', { type: 'coach' });

const mfa: Obligation = { type: 'stepUp', authnContext: ['mfa'] };
const protect = (label: string): Obligation => ({ type: 'protect', label });

describe('combination', () => {
  it.each<[string, Asking[], string, Obligation[], string[]]>([
    ['none', [], 'allow', [], []],
    ['allow', [allow], 'allow', [], ['allow won']],
    ['allow + block', [allow, block], 'block', [], ['block won', 'allow overridden']],
    ['allow + protect', [allow, internal], 'protect', [protect('Internal')], ['internal won', 'allow overridden']],
    ['stepUp + protect', [internal, stepUp], 'stepUp', [mfa, protect('Internal')], ['stepUp won', 'internal composed']],
    ['coach + stepUp', [coach, stepUp], 'stepUp', [mfa], ['stepUp won', 'coach overridden']],
    ['stepUp without context', [anyStepUp], 'stepUp', [{ type: 'stepUp', authnContext: [] }], ['anyStepUp won']],
    [
      'protect by label priority',
      [internal, unranked, confidential],
      'protect',
      [protect('Confidential')],
      ['confidential won', 'internal overridden', 'unranked overridden'],
    ],
    ['protect without label', [unranked], 'protect', [protect('')], ['unranked won']],
    [
      'stepUp + two labels',
      [internal, stepUp, confidential],
      'stepUp',
      [mfa, protect('Confidential')],
      ['stepUp won', 'confidential composed', 'internal overridden'],
    ],
    ['coach', [coach], 'coach', [{ type: 'coach', requireJustification: true }], ['coach won']],
    [
      'coach without justification',
      [plainCoach],
      'coach',
      [{ type: 'coach', requireJustification: false }],
      ['plainCoach won'],
    ],
    [
      'block + stepUp + protect',
      [internal, stepUp, block],
      'block',
      [],
      ['block won', 'stepUp overridden', 'internal overridden'],
    ],
  ])('%s', (_, effects, action, obligations, results) => {
    const orders = [effects, effects.toReversed()];
    for (const order of orders) {
      const verdict = combine(order);
      expect(verdict).toMatchObject({ action, obligations });
      expect(verdict.matched.map(({ name, result }) => `${name} ${result}`)).toEqual(results);
    }
  });
});
