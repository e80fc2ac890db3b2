// Alerts: choose some, change them, take it back; what was sent and what limits held back.
import type { Alert } from '@gatehouse/contracts/queries';
import { Badge, Button, Checkbox, Drawer, Group, NativeSelect, Table, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { AlertActions, type AlertChange, stateText } from './alert-actions.tsx';
import { AlertDetails } from './alert-drawer.tsx';
import { api, type Me, problemFrom, queryText } from './api.ts';
import { Loaded, ProblemView } from './problem-view.tsx';
import { Link, navigate, setQuery, useUrl } from './router.tsx';
import { Empty, Screen, saved, Time, undoable } from './screen.tsx';

type Page = { alerts: Alert[]; counts: { open: number; sent: number; suppressed: number } };
type Asked = { readonly ids: readonly string[]; readonly change: AlertChange };
type Chosen = ReadonlySet<string>;

const severityColours = { low: 'gray', medium: 'yellow', high: 'red' } as const;

type RowProps = { readonly alert: Alert; readonly chosen: boolean; readonly onChoose: (chosen: boolean) => void };

function Row({ alert, chosen, onChoose }: RowProps) {
  return (
    <Table.Tr>
      <Table.Td>
        <Checkbox
          aria-label={`Choose the alert ${alert.referenceId} of ${alert.policyName}`}
          checked={chosen}
          onChange={(event) => onChoose(event.currentTarget.checked)}
        />
      </Table.Td>
      <Table.Td>
        <Time at={alert.matchedAt} />
      </Table.Td>
      <Table.Td>
        <Badge miw="max-content" variant="light" color={severityColours[alert.severity]} tt="none">
          {alert.severity}
        </Badge>
      </Table.Td>
      <Table.Td>
        <Link to={`/policies/${alert.policyId}`}>{alert.policyName}</Link>
      </Table.Td>
      <Table.Td>{alert.user}</Table.Td>
      <Table.Td>{alert.app}</Table.Td>
      <Table.Td>
        <Link to={`/activity?id=${alert.activityId}`}>{alert.fileName ?? alert.referenceId}</Link>
      </Table.Td>
      <Table.Td>
        {stateText(alert)}
        {alert.suppressed ? ', suppressed' : ''}
      </Table.Td>
      <Table.Td>{alert.assignee ?? '–'}</Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <Button
            size="xs"
            variant="default"
            aria-label={`Details of ${alert.referenceId}`}
            onClick={() => setQuery({ id: alert.id })}
          >
            Details
          </Button>
          <Button
            size="xs"
            variant="default"
            aria-label={`Tune the policy ${alert.policyName} with this case`}
            onClick={() => navigate(`/policies/${alert.policyId}?case=${alert.activityId}`)}
          >
            Tune
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

type TableProps = {
  readonly alerts: readonly Alert[];
  readonly chosen: Chosen;
  readonly onChoose: (c: Chosen) => void;
};

function AlertTable({ alerts, chosen, onChoose }: TableProps) {
  const all = alerts.length > 0 && alerts.every(({ id }) => chosen.has(id));
  const toggle = (id: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(id);
    else next.delete(id);
    onChoose(next);
  };
  return (
    <Table.ScrollContainer minWidth={1000}>
      <Table aria-label="Alerts">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>
              <Checkbox
                aria-label="Choose all alerts shown"
                checked={all}
                indeterminate={!all && alerts.some(({ id }) => chosen.has(id))}
                onChange={() => onChoose(new Set(all ? [] : alerts.map(({ id }) => id)))}
              />
            </Table.Th>
            {['Time', 'Severity', 'Policy', 'User', 'App', 'Activity', 'State', 'Assignee', ''].map((head) => (
              <Table.Th key={head}>{head}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {alerts.map((alert) => (
            <Row key={alert.id} alert={alert} chosen={chosen.has(alert.id)} onChoose={(on) => toggle(alert.id, on)} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function useAlertChange(done: () => void) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['alerts'] });
  const undo = useMutation({
    mutationFn: (changeId: string) => api<{ undone: number }>('POST', '/alerts/undo', { body: { changeId } }),
    onSuccess: ({ undone }) => saved(undone === 0 ? 'Too late to undo, or changed since' : `${undone} put back`),
    onSettled: refresh,
  });
  const change = useMutation({
    mutationFn: ({ ids, change: asked }: Asked) =>
      api<{ updated: number; changeId?: string }>('PATCH', '/alerts', { body: { ids, ...asked } }),
    onSuccess: ({ updated, changeId }) => {
      if (changeId !== undefined) undoable(`${updated} changed`, () => undo.mutate(changeId));
      done();
    },
    onSettled: refresh,
  });
  return { change: change.mutate, problem: problemFrom(change.error ?? undo.error) };
}

/** The lowest severity that is mailed to the person who looks. */
function OwnSeverity() {
  const client = useQueryClient();
  const me = client.getQueryData<Me>(['me']);
  const query = useQuery({
    queryKey: ['alert-recipients'],
    queryFn: () =>
      api<{ recipients: { recipient: string; channel: string; leastSeverity: string }[] }>('GET', '/alert-recipients'),
  });
  const email = me?.user.email.toLowerCase();
  const own = query.data?.recipients.find((one) => one.channel === 'email' && one.recipient === email);
  const set = useMutation({
    mutationFn: (leastSeverity: string) => api('PUT', '/me/alerts', { body: { leastSeverity } }),
    onSuccess: () => saved('Saved'),
    onSettled: () => client.invalidateQueries({ queryKey: ['alert-recipients'] }),
  });
  return (
    <>
      <NativeSelect
        label="E-mail me"
        w={180}
        data={[
          { value: 'low', label: 'every alert' },
          { value: 'medium', label: 'medium and high' },
          { value: 'high', label: 'high only' },
          { value: 'none', label: 'nothing' },
        ]}
        value={own?.leastSeverity ?? 'low'}
        onChange={(event) => set.mutate(event.currentTarget.value)}
      />
      <ProblemView problem={problemFrom(set.error)} />
    </>
  );
}

export function Alerts() {
  const { searchParams } = useUrl();
  const [state, id] = [searchParams.get('state') ?? '', searchParams.get('id') ?? ''];
  const [chosen, setChosen] = useState<Chosen>(new Set());
  const query = useQuery({
    queryKey: ['alerts', state],
    queryFn: () => api<Page>('GET', `/alerts${queryText({ state, limit: 200 })}`),
    refetchInterval: 3_000,
  });
  const me = useQueryClient().getQueryData<Me>(['me']);
  const { change, problem } = useAlertChange(() => setChosen(new Set()));
  return (
    <Screen title="Alerts">
      <Group align="flex-end">
        <NativeSelect
          label="State"
          w={180}
          data={[{ value: '', label: 'all' }, 'open', 'acknowledged', 'snoozed', 'closed']}
          value={state}
          onChange={(event) => {
            setChosen(new Set());
            setQuery({ state: event.currentTarget.value });
          }}
        />
        <OwnSeverity />
      </Group>
      <ProblemView problem={problem} />
      <Loaded query={query}>
        {({ alerts, counts }) => (
          <>
            <Text>
              {counts.open} open, {counts.sent} sent, {counts.suppressed} suppressed
            </Text>
            <AlertActions
              count={chosen.size}
              me={me?.user.email ?? ''}
              onChange={(asked) => change({ ids: [...chosen], change: asked })}
            />
            {alerts.length === 0 ? (
              <Empty action={<Link to="/policies">Open policies</Link>}>
                No alerts here. Turn alerts on in a policy, or show another state.
              </Empty>
            ) : (
              <AlertTable alerts={alerts} chosen={chosen} onChoose={setChosen} />
            )}
          </>
        )}
      </Loaded>
      <Drawer
        opened={id !== ''}
        onClose={() => setQuery({ id: undefined })}
        position="right"
        title="Alert"
        lockScroll={false}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <AlertDetails id={id} onChange={(asked) => change({ ids: [id], change: asked })} />
      </Drawer>
    </Screen>
  );
}
