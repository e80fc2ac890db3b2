// What happened, newest first; every filter is a chip and stands in the URL.

import type { ActivityRow } from '@gatehouse/contracts/queries';
import { Anchor, Badge, Button, Group, NativeSelect, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ActivityDrawer } from './activity-drawer.tsx';
import { api, problemFrom, queryText } from './api.ts';
import { ProblemView } from './problem-view.tsx';
import { referenceId } from './reference-id.ts';
import { Link, setQuery, useUrl } from './router.tsx';
import { Empty, Screen, Time } from './screen.tsx';

const filters = [
  ['appliedAction', 'Action'],
  ['app', 'App'],
  ['user', 'User'],
  ['activityType', 'Activity'],
  ['policy', 'Policy id'],
  ['country', 'Country'],
  ['deviceTag', 'Device tag'],
  ['ip', 'IP address'],
  ['sessionId', 'Session id'],
  ['from', 'From (UTC)'],
  ['to', 'To (UTC)'],
] as const;
const once = new Set(['ip', 'sessionId', 'from', 'to', 'search']);

function Chips({ params }: { readonly params: URLSearchParams }) {
  const chips = [...params.entries()].filter(([key]) => key !== 'id');
  return (
    <Group gap="xs">
      {chips.map(([key, value]) => (
        <Button
          key={`${key}=${value}`}
          size="xs"
          variant="light"
          aria-label={`Remove filter ${key} ${value}`}
          onClick={() => setQuery({ [key]: params.getAll(key).filter((one) => one !== value) })}
        >
          {key}: {value} ×
        </Button>
      ))}
    </Group>
  );
}

function FilterBar({ params }: { readonly params: URLSearchParams }) {
  const [search, setSearch] = useState('');
  const [field, setField] = useState<string>('appliedAction');
  const [value, setValue] = useState('');
  const find = (event: FormEvent) => {
    event.preventDefault();
    const text = search.trim();
    if (referenceId.test(text)) setQuery({ id: text.toUpperCase() });
    else setQuery({ search: text });
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    const text = value.trim();
    if (text === '') return;
    const time = field === 'from' || field === 'to' ? new Date(text) : undefined;
    const stored = time === undefined || Number.isNaN(time.getTime()) ? text : time.toISOString();
    setQuery({ [field]: once.has(field) ? stored : [...new Set([...params.getAll(field), stored])] });
    setValue('');
  };
  return (
    <Group align="flex-end">
      <form onSubmit={find}>
        <Group gap="xs" align="flex-end">
          <TextInput
            label="Search"
            placeholder="Reference id, file, user"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          <Button type="submit" variant="default">
            Find
          </Button>
        </Group>
      </form>
      <form onSubmit={add}>
        <Group gap="xs" align="flex-end">
          <NativeSelect
            label="Filter by"
            data={filters.map(([key, label]) => ({ value: key, label }))}
            value={field}
            onChange={(event) => setField(event.currentTarget.value)}
          />
          <TextInput label="Filter value" value={value} onChange={(event) => setValue(event.currentTarget.value)} />
          <Button type="submit" variant="default">
            Add filter
          </Button>
        </Group>
      </form>
    </Group>
  );
}

function Row({ row }: { readonly row: ActivityRow }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor
          ta="left"
          style={{ whiteSpace: 'nowrap' }}
          component="button"
          type="button"
          size="sm"
          aria-label={`Why ${row.referenceId}`}
          onClick={() => setQuery({ id: row.id })}
        >
          <Time at={row.time} />
        </Anchor>
      </Table.Td>
      <Table.Td>{row.user}</Table.Td>
      <Table.Td>{row.app}</Table.Td>
      <Table.Td>{row.activityType}</Table.Td>
      <Table.Td miw="10rem" style={{ overflowWrap: 'anywhere' }}>
        {row.object?.name ?? row.path}
      </Table.Td>
      <Table.Td>
        <Badge miw="max-content" variant="light" color={/block|fail/i.test(row.appliedAction) ? 'red' : 'blue'}>
          {row.appliedAction}
        </Badge>
      </Table.Td>
      <Table.Td>
        {row.matchedPolicies.map(({ id, name }) => (
          <div key={id}>
            <Link to={`/policies/${id}`}>{name}</Link>
          </div>
        ))}
      </Table.Td>
      <Table.Td>
        {row.ip} {row.country ?? ''}
      </Table.Td>
    </Table.Tr>
  );
}

/** Plain links: the browser writes the stream to disk, however long it is. */
function Exports({ params }: { readonly params: URLSearchParams }) {
  const filter = Object.fromEntries([...filters.map(([key]) => key), 'search'].map((key) => [key, params.getAll(key)]));
  return (['csv', 'ndjson'] as const).map((format) => (
    <Button
      key={format}
      component="a"
      size="xs"
      variant="default"
      href={`/api/v1/activities/export${queryText({ format, ...filter })}`}
      download
    >
      Export {format.toUpperCase()}
    </Button>
  ));
}

type Page = { activities: ActivityRow[]; nextCursor?: string };

function useActivities(params: URLSearchParams) {
  const entries = [...filters.map(([key]) => key), 'search'].map((key) => [key, params.getAll(key)] as const);
  const filter = Object.fromEntries(entries);
  return useInfiniteQuery({
    queryKey: ['activities', filter],
    queryFn: ({ pageParam }) => api<Page>('GET', `/activities${queryText({ ...filter, cursor: pageParam })}`),
    initialPageParam: '',
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : 2_000),
  });
}

export function ActivityLog() {
  const { searchParams } = useUrl();
  const query = useActivities(searchParams);
  const rows = query.data?.pages.flatMap(({ activities }) => activities) ?? [];
  const filtered = [...searchParams.keys()].some((key) => key !== 'id');
  return (
    <Screen title="Activity log" actions={<Exports params={searchParams} />}>
      <FilterBar params={searchParams} />
      <Chips params={searchParams} />
      <ProblemView problem={problemFrom(query.error)} />
      {query.isSuccess && rows.length === 0 ? (
        <Empty
          action={<Link to={filtered ? '/activity' : '/apps'}>{filtered ? 'Clear all filters' : 'See apps'}</Link>}
        >
          {filtered ? 'Nothing fits these filters. Take one away.' : 'No activity yet: open an app through Gatehouse.'}
        </Empty>
      ) : (
        <Table.ScrollContainer minWidth={900}>
          <Table aria-label="Activities">
            <Table.Thead>
              <Table.Tr>
                {['Time', 'User', 'App', 'Activity', 'Object', 'Action', 'Policy', 'IP, country'].map((head) => (
                  <Table.Th key={head}>{head}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      {query.hasNextPage && (
        <Button variant="default" loading={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
          Load older
        </Button>
      )}
      <Text size="xs">
        <Anchor href="https://db-ip.com" target="_blank" rel="noreferrer">
          IP Geolocation by DB-IP
        </Anchor>
      </Text>
      <ActivityDrawer id={searchParams.get('id') ?? ''} onClose={() => setQuery({ id: undefined })} />
    </Screen>
  );
}
