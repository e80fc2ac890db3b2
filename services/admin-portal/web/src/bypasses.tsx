// Users who reach an app past Gatehouse for a while: the list, and the banner that nobody overlooks.
import type { Bypass } from '@gatehouse/contracts/catalogue';
import { Alert, Badge, Group, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { DoorOpen } from 'lucide-react';
import type { ReactNode } from 'react';
import { api, type Stored } from './api.ts';
import { ObjectTable } from './object-table.tsx';
import { Link } from './router.tsx';
import { Time } from './screen.tsx';

const isRunning = ({ expiresAt }: Bypass) => Date.parse(expiresAt) > Date.now();

function people(count: number): string {
  return count === 1 ? '1 user' : `${count} users`;
}

/** On every screen while a bypass runs. */
export function BypassBanner() {
  const query = useQuery({
    queryKey: ['bypasses'],
    queryFn: () => api<{ items: Stored<Bypass>[] }>('GET', '/bypasses'),
    refetchInterval: 30_000,
  });
  const running = (query.data?.items ?? []).map(({ value }) => value).filter(isRunning);
  if (running.length === 0) return null;
  return (
    <Alert color="orange" variant="light" icon={<DoorOpen size={18} aria-hidden />} title="Bypass running" mb="md">
      <Stack gap={4}>
        {running.map((bypass) => (
          <span key={bypass.id}>
            <Link to={`/bypasses/${bypass.id}`}>{bypass.app}</Link>: {people(bypass.users.length)} past all policies
            until <Time at={bypass.expiresAt} />. {bypass.reason}
          </span>
        ))}
      </Stack>
    </Alert>
  );
}

export function Bypasses({ create }: { readonly create: ReactNode }) {
  return (
    <ObjectTable<Bypass>
      collection="bypasses"
      heads={['App', 'For whom', 'Reason', 'Until', 'State']}
      cells={(bypass) => [
        <Link key="app" to={`/bypasses/${bypass.id}`}>
          {bypass.app}
        </Link>,
        bypass.users.join(', '),
        bypass.reason,
        <Time key="until" at={bypass.expiresAt} />,
        <Group key="state">
          {isRunning(bypass) ? (
            <Badge color="orange" variant="light">
              running
            </Badge>
          ) : (
            'ended'
          )}
        </Group>,
      ]}
      empty="Nobody goes past the proxy."
      create={create}
    />
  );
}
