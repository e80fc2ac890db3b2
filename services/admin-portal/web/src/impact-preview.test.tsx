// @vitest-environment happy-dom
import { type ReplayResult, replayResultSchema } from '@gatehouse/contracts/replay';
import { MantineProvider } from '@mantine/core';
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { Impact } from './impact-preview.tsx';

const result = (change: Partial<ReplayResult>): ReplayResult =>
  replayResultSchema.parse({
    ...{ from: '2026-01-01T00:00:00Z', to: '2026-01-08T00:00:00Z', considered: 1200, truncated: false },
    ...{ matched: 40, changed: 38, users: 3, apps: 1, withoutFacts: 0, samples: [], replayMs: 1 },
    pairs: [{ old: 'allow', new: 'block', count: 38 }],
    notScanned: { count: 0, facts: [] },
    ...change,
  });
const show = (change: Partial<ReplayResult>, state: 'enabled' | 'reportOnly' = 'enabled') =>
  render(
    <MantineProvider env="test">
      <Impact result={result(change)} state={state} days={7} />
    </MantineProvider>,
  );
const text = () => document.body.textContent ?? '';

afterEach(cleanup);

test('says how many decisions, users and apps it touches, and old against new', () => {
  show({});
  expect(screen.getByTestId('impact').textContent).toBe(
    'Matches 40 of 1,200 decisions (3 users, 1 app); 38 verdicts would be different.',
  );
  expect(screen.getByRole('table', { name: 'Verdicts old and new' }).textContent).toContain('allow→ block38');
});

test('a report-only draft says what it would have done, and that nothing changes', () => {
  show({}, 'reportOnly');
  expect(screen.getByTestId('impact').textContent).toMatch(
    /would have matched 40 .* Saved as it is, nothing changes\./,
  );
});

test('what nobody looked for, what was left out and what is too much is said', () => {
  show({
    notScanned: { count: 12, facts: [{ name: 'iban', count: 12 }] },
    withoutFacts: 1,
    truncated: true,
    oldest: '2026-01-05T00:00:00Z',
  });
  expect(text()).toMatch(/12 decisions cannot be said: iban \(12\) was not looked for then, and is not guessed/);
  expect(text()).toMatch(/only the newest were judged/);
  expect(text()).toMatch(/1 older decision/);
});

test('nothing recorded gives the next action', () => {
  show({ considered: 0 });
  expect(text()).toMatch(/Nothing was recorded in the last 7 days .* Open an app/);
  cleanup();
  show({ considered: 0, withoutFacts: 5 });
  expect(text()).toMatch(/the 5 decisions .* recorded by an earlier version/);
});
