// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { TraceView } from './trace-view.tsx';

test('each row shows what was asked, what was seen, and why an absent attribute counts', () => {
  render(
    <MantineProvider env="test">
      <TraceView
        trace={[
          {
            policyId: 'p1',
            version: 3,
            name: 'Block unmanaged',
            state: 'enabled',
            severity: 'high',
            outcome: 'matched',
            action: 'block',
            rows: [
              {
                field: 'app',
                operator: 'equals',
                values: ['box'],
                result: 'hit',
                satisfied: true,
                seen: ['box'],
                part: 'activity',
              },
              {
                field: 'device.tags',
                operator: 'doesNotEqual',
                values: ['compliant'],
                result: 'absent',
                satisfied: true,
                seen: [],
                part: 'activity',
              },
            ],
          },
        ]}
      />
    </MantineProvider>,
  );
  expect(screen.getByRole('link', { name: 'Block unmanaged' }).getAttribute('href')).toBe('/policies/p1');
  expect(screen.getByText('app equals box')).toBeTruthy();
  expect(screen.getByText('absent')).toBeTruthy();
  expect(screen.getByText('counts as a match')).toBeTruthy();
});
