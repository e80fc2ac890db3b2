// Alerts with what was sent and what was held back by limits.

import type { Alert, Delivery } from '@gatehouse/contracts/queries';
import { Badge, Button, Drawer, Group, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, problemFrom, queryText } from './api.ts';
import { Loaded, ProblemView } from './problem-view.tsx';
import { Link, navigate, setQuery, useUrl } from './router.tsx';
import { Empty, Screen, Time } from './screen.tsx';

type Page = { alerts: Alert[]; counts: { open: number; sent: number; suppressed: number } };
type Change = { readonly id: string; readonly state: Alert['state'] };

function Deliveries({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['alert', id],
    queryFn: () => api<{ alert: Alert; deliveries: Delivery[] }>('GET', `/alerts/${id}`),
    enabled: id !== '',
  });
  return (
    <Loaded query={query}>
      {({ alert, deliveries }) => (
        <Stack>
          <Text fw={600}>{alert.policyName}</Text>
          <Link to={`/activity?id=${alert.activityId}`}>Open the activity {alert.referenceId}</Link>
          <Link to={`/policies/${alert.policyId}?case=${alert.activityId}`}>Tune this policy</Link>
          {deliveries.length === 0 && (
            <Text size="sm">
              {alert.suppressed ? 'Over the daily limit: counted, not sent.' : 'No recipients set.'}
            </Text>
          )}
          {deliveries.map((one) => (
            <Text key={one.id} size="sm">
              <Badge variant="light">{one.status}</Badge> {one.channel} to {one.recipient}, {one.attempts} attempts
              {one.providerId === undefined ? '' : `, ${one.providerId}`}
              {one.error === undefined ? '' : `, ${one.error}`}
            </Text>
          ))}
        </Stack>
      )}
    </Loaded>
  );
}

function Row({ alert, onChange }: { readonly alert: Alert; readonly onChange: (change: Change) => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={alert.matchedAt} />
      </Table.Td>
      <Table.Td>{alert.severity}</Table.Td>
      <Table.Td>
        <Link to={`/policies/${alert.policyId}`}>{alert.policyName}</Link>
      </Table.Td>
      <Table.Td>{alert.user}</Table.Td>
      <Table.Td>{alert.app}</Table.Td>
      <Table.Td>
        <Link to={`/activity?id=${alert.activityId}`}>{alert.fileName ?? alert.referenceId}</Link>
      </Table.Td>
      <Table.Td>
        {alert.state}
        {alert.suppressed ? ', suppressed' : ''}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Button size="xs" variant="default" onClick={() => setQuery({ id: alert.id })}>
            Deliveries
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={`Tune the policy ${alert.policyName} with this case`}
            onClick={() => navigate(`/policies/${alert.policyId}?case=${alert.activityId}`)}
          >
            Tune
          </Button>
          {alert.state === 'open' && (
            <Button size="xs" variant="default" onClick={() => onChange({ id: alert.id, state: 'acknowledged' })}>
              Acknowledge
            </Button>
          )}
          {alert.state !== 'closed' && (
            <Button size="xs" variant="default" onClick={() => onChange({ id: alert.id, state: 'closed' })}>
              Close
            </Button>
          )}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function AlertTable({ page, onChange }: { readonly page: Page; readonly onChange: (change: Change) => void }) {
  return (
    <>
      <Text>
        {page.counts.open} open, {page.counts.sent} sent, {page.counts.suppressed} suppressed
      </Text>
      {page.alerts.length === 0 ? (
        <Empty action={<Link to="/policies">Open policies</Link>}>
          No alerts here. Turn alerts on in a policy, or show another state.
        </Empty>
      ) : (
        <Table.ScrollContainer minWidth={900}>
          <Table aria-label="Alerts">
            <Table.Thead>
              <Table.Tr>
                {['Time', 'Severity', 'Policy', 'User', 'App', 'Activity', 'State', 'Change'].map((head) => (
                  <Table.Th key={head}>{head}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {page.alerts.map((alert) => (
                <Row key={alert.id} alert={alert} onChange={onChange} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </>
  );
}

export function Alerts() {
  const { searchParams } = useUrl();
  const [state, id] = [searchParams.get('state') ?? '', searchParams.get('id') ?? ''];
  const client = useQueryClient();
  const query = useQuery({
    queryKey: ['alerts', state],
    queryFn: () => api<Page>('GET', `/alerts${queryText({ state, limit: 200 })}`),
    refetchInterval: 3_000,
  });
  const change = useMutation({
    mutationFn: ({ id, state }: Change) => api('PATCH', '/alerts', { body: { ids: [id], state } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
  return (
    <Screen title="Alerts">
      <NativeSelect
        label="State"
        w={180}
        data={[{ value: '', label: 'all' }, 'open', 'acknowledged', 'closed']}
        value={state}
        onChange={(event) => setQuery({ state: event.currentTarget.value })}
      />
      <ProblemView problem={problemFrom(change.error)} />
      <Loaded query={query}>{(page) => <AlertTable page={page} onChange={change.mutate} />}</Loaded>
      <Drawer
        opened={id !== ''}
        onClose={() => setQuery({ id: undefined })}
        position="right"
        title="Deliveries"
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <Deliveries id={id} />
      </Drawer>
    </Screen>
  );
}
