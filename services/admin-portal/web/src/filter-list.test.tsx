// @vitest-environment happy-dom

import type { Filter } from '@gatehouse/contracts/policy';
import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test } from 'vitest';
import type { Problem } from './api.ts';
import { FilterList } from './filter-list.tsx';

const fields = [
  { field: 'app', operators: ['equals', 'doesNotEqual'], accessPolicy: true },
  { field: 'user.group', operators: ['equals', 'isSet'], accessPolicy: true },
];
let latest: Filter[] = [];

function Editor({ start, problem }: { readonly start: Filter[]; readonly problem?: Problem }) {
  const [filters, setFilters] = useState(start);
  latest = filters;
  return (
    <MantineProvider env="test">
      <FilterList
        path="activity"
        label="Activity filter"
        filters={filters}
        fields={fields}
        problem={problem}
        onChange={setFilters}
      />
    </MantineProvider>
  );
}

afterEach(cleanup);

test('a new row takes the first field, another field brings its own operators and clears the values', () => {
  render(<Editor start={[]} />);
  fireEvent.click(screen.getByRole('button', { name: 'Add activity filter' }));
  expect(latest).toEqual([{ field: 'app', operator: 'equals', values: [] }]);
  fireEvent.change(screen.getByLabelText('Activity filter 1 field'), { target: { value: 'user.group' } });
  fireEvent.change(screen.getByLabelText('Activity filter 1 operator'), { target: { value: 'isSet' } });
  expect(latest).toEqual([{ field: 'user.group', operator: 'isSet', values: [] }]);
  expect(screen.queryByLabelText('Activity filter 1 values')).toBeNull();
});

test('a negative row says that a missing attribute matches too', () => {
  render(<Editor start={[{ field: 'app', operator: 'doesNotEqual', values: ['box'] }]} />);
  expect(screen.getByText(/Also matches when app is missing/)).toBeTruthy();
});

test('an error inside a group stands at the row it names', () => {
  const problem = {
    title: 'Some fields need attention',
    status: 422,
    code: 'INVALID',
    errors: [{ field: 'activity[0].any[1].operator', message: 'not for app', permitted: ['equals'] }],
  };
  const row = { field: 'app', operator: 'equals', values: ['box'] } as const;
  render(
    <Editor
      start={[
        {
          any: [
            { ...row, values: ['crm'] },
            { ...row, values: ['box'] },
          ],
        },
      ]}
      problem={problem}
    />,
  );
  expect(screen.getByText('not for app (one of: equals)')).toBeTruthy();
});

test('removing the last row of a group removes the group', () => {
  render(<Editor start={[{ not: { field: 'app', operator: 'equals', values: ['box'] } }]} />);
  fireEvent.click(screen.getByRole('button', { name: /^Remove Activity filter 1/ }));
  expect(latest).toEqual([]);
});
