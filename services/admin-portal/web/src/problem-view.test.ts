// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { errorAt, errorWithin, inputOf } from './problem-view.tsx';

const problem = {
  title: 'Some fields need attention',
  status: 422,
  code: 'INVALID',
  errors: [
    { field: 'alerts.email[1]', message: 'is no e-mail address' },
    { field: 'severity', message: 'unknown', permitted: ['low', 'high'] },
  ],
};

test('an error shows at its field with the permitted values', () => {
  expect(errorAt(problem, 'severity')).toBe('unknown (one of: low, high)');
  expect(errorAt(problem, 'name')).toBeUndefined();
});

test('an input of a list shows errors of its entries, not those of a namesake', () => {
  expect(errorWithin(problem, 'alerts.email')).toBe('is no e-mail address');
  expect(errorWithin(problem, 'alerts.e')).toBeUndefined();
});

test('focus goes to the nearest input around the field', () => {
  document.body.innerHTML =
    '<fieldset data-field="alerts"><input id="first"><input id="mail" data-field="alerts.email"></fieldset>';
  expect(inputOf(document, 'alerts.email[1]')?.id).toBe('mail');
  expect(inputOf(document, 'alerts.sms[0]')?.id).toBe('first');
  expect(inputOf(document, 'nowhere')).toBeUndefined();
});
