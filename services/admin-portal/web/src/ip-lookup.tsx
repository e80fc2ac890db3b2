// One address, as policies see it.
import { Badge, Button, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { api, problemFrom, queryText } from './api.ts';
import { errorAt, ProblemView } from './problem-view.tsx';
import { Link, setQuery, useUrl } from './router.tsx';

type Facts = {
  readonly address: string;
  readonly range?: { readonly id: string; readonly name: string };
  readonly category?: string;
  readonly tags: readonly string[];
  readonly isp?: string;
  readonly country?: string;
};

function rowsOf(facts: Facts): [string, ReactNode][] {
  const { range } = facts;
  return [
    ['Range', range === undefined ? 'in none' : <Link to={`/ip-ranges/${range.id}`}>{range.name}</Link>],
    ['Category', facts.category ?? 'unknown'],
    [
      'Tags',
      facts.tags.length === 0
        ? 'none'
        : facts.tags.map((tag) => (
            <Badge key={tag} variant="light" mr={4} tt="none">
              {tag}
            </Badge>
          )),
    ],
    ['Country', facts.country ?? 'unknown'],
    ['Internet provider', facts.isp ?? 'unknown'],
  ];
}

export function IpLookup() {
  const { searchParams } = useUrl();
  const asked = searchParams.get('address') ?? '';
  const [text, setText] = useState(asked);
  const query = useQuery({
    queryKey: ['ip-lookup', asked],
    queryFn: () => api<Facts>('GET', `/ip-lookup${queryText({ address: asked })}`),
    enabled: asked !== '',
    retry: false,
  });
  const problem = problemFrom(query.error);
  const inField = errorAt(problem, 'address');
  return (
    <Stack gap="xs">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setQuery({ address: text.trim() });
        }}
      >
        <Group align="flex-end" gap="xs">
          <TextInput
            label="Look up an address"
            description="What policies know about it: ranges first, then lists and tables"
            placeholder="203.0.113.9"
            error={inField}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" variant="default">
            Look up
          </Button>
        </Group>
      </form>
      {inField === undefined && <ProblemView problem={problem} />}
      {asked !== '' && query.data !== undefined && (
        <Table aria-label={`Facts about ${query.data.address}`} maw={480}>
          <Table.Tbody>
            {rowsOf(query.data).map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row">{name}</Table.Th>
                <Table.Td>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {asked !== '' && query.data?.range === undefined && query.data !== undefined && (
        <Text size="sm">Wrong? Add an IP range around it: what a range states beats lists and tables.</Text>
      )}
    </Stack>
  );
}
