// A list of one collection.
import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { api, type Stored } from './api.ts';
import { Loaded } from './problem-view.tsx';
import { Empty } from './screen.tsx';

type TableProps<T> = {
  readonly collection: string;
  readonly heads: readonly string[];
  readonly cells: (value: T) => readonly ReactNode[];
  readonly empty: string;
  readonly create: ReactNode;
};

export function ObjectTable<T extends { readonly id: string }>(props: TableProps<T>) {
  const { collection, heads, cells, empty, create } = props;
  const query = useQuery({
    queryKey: [collection],
    queryFn: () => api<{ items: Stored<T>[] }>('GET', `/${collection}`),
  });
  return (
    <Loaded query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty action={create}>{empty}</Empty>
        ) : (
          <Table.ScrollContainer minWidth={600}>
            <Table>
              <Table.Thead>
                <Table.Tr>
                  {heads.map((head) => (
                    <Table.Th key={head}>{head}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {items.map(({ value }) => (
                  <Table.Tr key={value.id}>
                    {cells(value).map((cell, column) => (
                      <Table.Td key={heads[column]}>{cell}</Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )
      }
    </Loaded>
  );
}
