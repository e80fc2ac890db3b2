// Who is in which app now.

import type { App } from '@gatehouse/contracts/catalogue';
import type { sessionRowSchema } from '@gatehouse/contracts/session-control';
import { Group, NativeSelect, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { api, problemFrom, queryText, type Stored } from './api.ts';
import { Loaded, ProblemView } from './problem-view.tsx';
import { Link, setQuery, useUrl } from './router.tsx';
import { ConfirmButton, Empty, Screen, saved, Time } from './screen.tsx';

type Row = z.infer<typeof sessionRowSchema>;
type Revoke = { readonly sessionId: string } | { readonly user: string };

function SessionRow({ row, onRevoke }: { readonly row: Row; readonly onRevoke: (revoke: Revoke) => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Link to={`/activity?sessionId=${row.sessionId}`}>{row.user}</Link>
      </Table.Td>
      <Table.Td>{row.app}</Table.Td>
      <Table.Td>{row.ip}</Table.Td>
      <Table.Td>{row.identityProvider ?? '–'}</Table.Td>
      <Table.Td>{row.deviceTags.join(', ') || 'none'}</Table.Td>
      <Table.Td>
        <Time at={row.createdAt} />
      </Table.Td>
      <Table.Td>
        <Time at={row.lastSeen} />
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <ConfirmButton
            label="Revoke"
            question={`End the session of ${row.user} in ${row.app}?`}
            confirm="Revoke session"
            onConfirm={() => onRevoke({ sessionId: row.sessionId })}
          />
          <ConfirmButton
            label="Revoke all"
            ariaLabel={`Revoke all of ${row.user}`}
            question={`End all sessions of ${row.user}?`}
            confirm="Revoke all sessions"
            onConfirm={() => onRevoke({ user: row.user })}
          />
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

type FilterProps = { readonly user: string; readonly app: string; readonly deviceTag: string };

function Filters({ user, app, deviceTag }: FilterProps) {
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => api<{ items: Stored<App>[] }>('GET', '/apps') });
  const choices = (apps.data?.items ?? []).map(({ value }) => ({ value: value.id, label: value.name }));
  return (
    <Group align="flex-end">
      <TextInput
        label="User"
        w={260}
        value={user}
        onChange={(event) => setQuery({ user: event.currentTarget.value })}
      />
      <NativeSelect
        label="App"
        data={[{ value: '', label: 'All apps' }, ...choices]}
        value={app}
        onChange={(event) => setQuery({ app: event.currentTarget.value })}
      />
      <NativeSelect
        label="Device"
        data={[
          { value: '', label: 'All devices' },
          ...['compliant', 'domainJoined', 'validClientCertificate'],
          { value: 'none', label: 'no tag proven' },
        ]}
        value={deviceTag}
        onChange={(event) => setQuery({ deviceTag: event.currentTarget.value })}
      />
    </Group>
  );
}

export function Sessions() {
  const { searchParams } = useUrl();
  const [user = '', app = '', deviceTag = ''] = ['user', 'app', 'deviceTag'].map((key) => searchParams.get(key) ?? '');
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['sessions', user, app, deviceTag],
    queryFn: () => api<{ sessions: Row[] }>('GET', `/sessions${queryText({ user, app, deviceTag, limit: 200 })}`),
    placeholderData: (before) => before,
  });
  const revoke = useMutation({
    mutationFn: (body: Revoke) => api<{ revoked: number }>('POST', '/sessions/revoke', { body }),
    onSuccess: ({ revoked }) => saved(`${revoked} sessions ended.`),
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Screen title="Sessions">
      <Filters user={user} app={app} deviceTag={deviceTag} />
      <ProblemView problem={problemFrom(revoke.error)} />
      <Loaded query={query}>
        {({ sessions }) =>
          sessions.length === 0 ? (
            <Empty action={<Link to="/apps">See apps</Link>}>
              {user + app + deviceTag === '' ? 'Nobody is signed in.' : 'No session fits these filters: clear one.'}
            </Empty>
          ) : (
            <Table.ScrollContainer minWidth={900}>
              <Table aria-label="Sessions">
                <Table.Thead>
                  <Table.Tr>
                    {['User', 'App', 'IP address', 'Identity provider', 'Device', 'Started', 'Last seen', 'Change'].map(
                      (head) => (
                        <Table.Th key={head}>{head}</Table.Th>
                      ),
                    )}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {sessions.map((row) => (
                    <SessionRow key={row.sessionId} row={row} onRevoke={revoke.mutate} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Loaded>
    </Screen>
  );
}
