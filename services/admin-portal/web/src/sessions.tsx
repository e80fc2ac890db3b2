// Who is in which app now.

import type { sessionRowSchema } from '@gatehouse/contracts/session-control';
import { Group, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { api, problemFrom, queryText } from './api.ts';
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
      <Table.Td>{row.deviceTags.join(', ')}</Table.Td>
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

export function Sessions() {
  const user = useUrl().searchParams.get('user') ?? '';
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['sessions', user],
    queryFn: () => api<{ sessions: Row[] }>('GET', `/sessions${queryText({ user, limit: 200 })}`),
    placeholderData: (before) => before,
  });
  const revoke = useMutation({
    mutationFn: (body: Revoke) => api<{ revoked: number }>('POST', '/sessions/revoke', { body }),
    onSuccess: ({ revoked }) => saved(`${revoked} sessions ended.`),
    onSettled: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Screen title="Sessions">
      <TextInput
        label="User"
        w={260}
        value={user}
        onChange={(event) => setQuery({ user: event.currentTarget.value })}
      />
      <ProblemView problem={problemFrom(revoke.error)} />
      <Loaded query={query}>
        {({ sessions }) =>
          sessions.length === 0 ? (
            <Empty action={<Link to="/apps">See apps</Link>}>
              Nobody is signed in{user === '' ? '' : ' by this name'}.
            </Empty>
          ) : (
            <Table.ScrollContainer minWidth={900}>
              <Table aria-label="Sessions">
                <Table.Thead>
                  <Table.Tr>
                    {['User', 'App', 'IP address', 'Device tags', 'Started', 'Last seen', 'Change'].map((head) => (
                      <Table.Th key={head}>{head}</Table.Th>
                    ))}
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
