// Who changed what, from where.
import { Button, Code, Table, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, problemFrom, queryText } from './api.ts';
import { ProblemView } from './problem-view.tsx';
import { Empty, Screen, Time } from './screen.tsx';

type Entry = {
  readonly id: string;
  readonly at: string;
  readonly by: string;
  readonly ip: string;
  readonly action: string;
  readonly object: { readonly type: string; readonly id: string; readonly name: string };
  readonly diff: readonly { readonly path: string; readonly from?: unknown; readonly to?: unknown }[];
};

function Row({ entry }: { readonly entry: Entry }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={entry.at} />
      </Table.Td>
      <Table.Td>{entry.by}</Table.Td>
      <Table.Td>{entry.ip}</Table.Td>
      <Table.Td>{entry.action}</Table.Td>
      <Table.Td>
        {entry.object.type} {entry.object.name}
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        {entry.diff.map(({ path, from, to }) => (
          <Text key={path} size="xs">
            {path}: <Code>{JSON.stringify(from) ?? '–'}</Code> → <Code>{JSON.stringify(to) ?? '–'}</Code>
          </Text>
        ))}
      </Table.Td>
    </Table.Tr>
  );
}

export function Audit() {
  const query = useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam }) =>
      api<{ entries: Entry[]; nextBefore?: string }>('GET', `/audit${queryText({ before: pageParam })}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextBefore,
  });
  const entries = query.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Screen title="Audit">
      <ProblemView problem={problemFrom(query.error)} />
      {query.isSuccess && entries.length === 0 && <Empty>No change yet.</Empty>}
      <Table.ScrollContainer minWidth={900}>
        <Table aria-label="Changes">
          <Table.Thead>
            <Table.Tr>
              {['Time', 'By', 'From', 'Action', 'Object', 'Changes'].map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {entries.map((entry) => (
              <Row key={entry.id} entry={entry} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {query.hasNextPage && (
        <Button variant="default" onClick={() => query.fetchNextPage()}>
          Load older
        </Button>
      )}
    </Screen>
  );
}
