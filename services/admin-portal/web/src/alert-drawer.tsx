// One alert: what was sent, what people did with it, and a place to add to that.
import type { Alert, AlertEvent, Delivery } from '@gatehouse/contracts/queries';
import { Badge, Button, Divider, Group, Stack, Text, Textarea, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type AlertChange, stateText } from './alert-actions.tsx';
import { api } from './api.ts';
import { Loaded } from './problem-view.tsx';
import { Link } from './router.tsx';
import { Time } from './screen.tsx';

type Opened = { alert: Alert; deliveries: Delivery[]; timeline: AlertEvent[] };
type OnChange = (change: AlertChange) => void;

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <Stack gap={6}>
      <Title order={3} size="h5">
        {title}
      </Title>
      {children}
    </Stack>
  );
}

function Deliveries({ alert, deliveries }: Opened) {
  if (deliveries.length === 0) {
    return (
      <Text size="sm">{alert.suppressed ? 'Over the daily limit: counted, not sent.' : 'No recipients set.'}</Text>
    );
  }
  return deliveries.map((one) => (
    <Text key={one.id} size="sm">
      <Badge variant="light">{one.status}</Badge> {one.channel} to {one.recipient}, {one.attempts} attempts
      {one.providerId === undefined ? '' : `, ${one.providerId}`}
      {one.error === undefined ? '' : `, ${one.error}`}
    </Text>
  ));
}

function whatHappened(event: AlertEvent): string {
  if (event.undone === true) return `took the change back: ${event.state ?? ''} again`;
  const parts = [
    event.state === undefined ? '' : stateText({ ...event, state: event.state }),
    event.assignee === undefined ? '' : event.assignee === null ? 'gave it back' : `assigned it to ${event.assignee}`,
    event.comment === undefined ? '' : 'commented',
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function Timeline({ timeline }: { readonly timeline: readonly AlertEvent[] }) {
  if (timeline.length === 0) return <Text size="sm">Nobody has touched it yet.</Text>;
  return timeline.map((event) => (
    <div key={`${event.at} ${event.by} ${whatHappened(event)}`}>
      <Text size="sm">
        <b>{event.by}</b> {whatHappened(event)} · <Time at={event.at} />
      </Text>
      {event.comment !== undefined && (
        <Text size="sm" pl="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {event.comment}
        </Text>
      )}
    </div>
  ));
}

function Assignee({ alert, onChange }: { readonly alert: Alert; readonly onChange: OnChange }) {
  const [text, setText] = useState(alert.assignee ?? '');
  const name = text.trim();
  return (
    <Group align="flex-end" gap="xs">
      <TextInput label="Assignee" value={text} onChange={(event) => setText(event.currentTarget.value)} flex={1} />
      <Button
        variant="default"
        disabled={name === (alert.assignee ?? '')}
        onClick={() => onChange({ assignee: name === '' ? null : name })}
      >
        Assign
      </Button>
    </Group>
  );
}

function Comment({ onChange }: { readonly onChange: OnChange }) {
  const [text, setText] = useState('');
  return (
    <Stack gap="xs">
      <Textarea
        label="Comment"
        autosize
        minRows={2}
        maxRows={8}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={text.trim() === ''}
        onClick={() => {
          onChange({ comment: text.trim() });
          setText('');
        }}
      >
        Add comment
      </Button>
    </Stack>
  );
}

export function AlertDetails({ id, onChange }: { readonly id: string; readonly onChange: OnChange }) {
  const query = useQuery({
    queryKey: ['alerts', 'one', id],
    queryFn: () => api<Opened>('GET', `/alerts/${id}`),
    enabled: id !== '',
  });
  return (
    <Loaded query={query}>
      {(opened) => (
        <Stack>
          <div>
            <Text fw={600}>{opened.alert.policyName}</Text>
            <Text size="sm">{stateText(opened.alert)}</Text>
            <Group gap="md">
              <Link to={`/activity?id=${opened.alert.activityId}`}>Open the activity {opened.alert.referenceId}</Link>
              <Link to={`/policies/${opened.alert.policyId}?case=${opened.alert.activityId}`}>Tune this policy</Link>
            </Group>
          </div>
          <Assignee key={opened.alert.assignee ?? ''} alert={opened.alert} onChange={onChange} />
          <Divider />
          <Part title="Messages">
            <Deliveries {...opened} />
          </Part>
          <Divider />
          <Part title="Timeline">
            <Timeline timeline={opened.timeline} />
          </Part>
          <Comment onChange={onChange} />
        </Stack>
      )}
    </Loaded>
  );
}
