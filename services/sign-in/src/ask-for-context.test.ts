import { expect, test } from 'vitest';
import { askForContext } from './ask-for-context.ts';

const anew = { max_age: '0', prompt: 'login' };

test('acr_values is the usual way', () => {
  expect(askForContext({}, ['mfa', 'urn:hardware'])).toEqual({ ...anew, acr_values: 'mfa urn:hardware' });
});

test('Entra is asked through the claims parameter', () => {
  const asked = (contexts: string[]) => JSON.parse(askForContext({ stepUpBy: 'acrs' }, contexts).claims ?? '');
  expect(asked(['c1'])).toEqual({ id_token: { acrs: { essential: true, value: 'c1' } } });
  expect(asked(['c1', 'c2'])).toEqual({ id_token: { acrs: { essential: true, values: ['c1', 'c2'] } } });
});
