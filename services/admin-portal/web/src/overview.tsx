// Counts, each linking to the list it counts.

import type { Settings } from '@gatehouse/contracts/catalogue';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { Badge, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, problemFrom, type Stored } from './api.ts';
import { Link } from './router.tsx';
import { Screen } from './screen.tsx';

type Groups = { groups: { key: string; count: number }[] };

function useCount<T>(path: string, read: (data: T) => string | number) {
  const query = useQuery({ queryKey: ['overview', path], queryFn: () => api<T>('GET', path) });
  if (query.data !== undefined) return String(read(query.data));
  return query.isError ? (problemFrom(query.error)?.title ?? 'unknown') : '…';
}

function Count({ label, value, to }: { readonly label: string; readonly value: string; readonly to: string }) {
  return (
    <Card withBorder>
      <Text size="xl" fw={700}>
        {value}
      </Text>
      <Link to={to}>{label}</Link>
    </Card>
  );
}

function Applied() {
  const query = useQuery({
    queryKey: ['overview', 'applied'],
    queryFn: () => api<Groups>('GET', '/activities/count?by=appliedAction'),
  });
  return (
    <Card withBorder>
      <Text fw={600}>Activities by action</Text>
      <Stack gap={4} mt="xs">
        {(query.data?.groups ?? []).map(({ key, count }) => (
          <Group key={key} justify="space-between">
            <Link to={`/activity?appliedAction=${encodeURIComponent(key)}`}>{key}</Link>
            <Text>{count}</Text>
          </Group>
        ))}
        {query.data?.groups.length === 0 && <Text size="sm">No activity yet: open an app through Gatehouse.</Text>}
        {query.isError && <Text size="sm">{problemFrom(query.error)?.title}</Text>}
      </Stack>
    </Card>
  );
}

type Health = { ok: boolean; checks: { name: string; ok: boolean; detail: string }[] };

function Services() {
  const query = useQuery({
    queryKey: ['health'],
    queryFn: () => api<Health>('GET', '/health'),
    refetchInterval: 15_000,
  });
  return (
    <Card withBorder>
      <Text fw={600}>Services</Text>
      <Stack gap={4} mt="xs">
        {(query.data?.checks ?? []).map(({ name, ok, detail }) => (
          <Group key={name} gap="xs" wrap="nowrap">
            <Badge color={ok ? 'green' : 'red'} variant="light" miw={70}>
              {ok ? 'ok' : 'failed'}
            </Badge>
            <Text size="sm">
              {name}: {detail}
            </Text>
          </Group>
        ))}
        {query.isError && <Text size="sm">{problemFrom(query.error)?.title}</Text>}
      </Stack>
    </Card>
  );
}

export function Overview() {
  const alerts = useCount('/alerts?limit=1', ({ counts }: { counts: { open: number } }) => counts.open);
  const policies = useCount(
    '/policies',
    (data: { policies: StoredPolicy[] }) => data.policies.filter(({ policy }) => policy.state === 'enabled').length,
  );
  const apps = useCount('/apps', ({ items }: { items: unknown[] }) => items.length);
  const sessions = useCount('/sessions?limit=500', (data: { sessions: unknown[] }) => data.sessions.length);
  const behaviour = useCount('/settings', ({ value }: Stored<Settings>) => value.defaultBehaviour);
  return (
    <Screen title="Overview">
      <SimpleGrid cols={{ base: 1, xs: 2, md: 5 }}>
        <Count label="Open alerts" value={alerts} to="/alerts?state=open" />
        <Count label="Enabled policies" value={policies} to="/policies?state=enabled" />
        <Count label="Onboarded apps" value={apps} to="/apps" />
        <Count label="Active sessions" value={sessions} to="/sessions" />
        <Count label="Default behaviour" value={behaviour} to="/settings" />
      </SimpleGrid>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Applied />
        <Services />
      </SimpleGrid>
    </Screen>
  );
}
