// The Why drawer: facts, verdict, trace, findings, hashes, raw JSON of one activity.

import type { Explanation } from '@gatehouse/contracts/explanation';
import { Badge, Code, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { Loaded } from './problem-view.tsx';
import { Link } from './router.tsx';
import { TraceView } from './trace-view.tsx';

function facts(activity: Explanation): [string, string | undefined][] {
  const { object } = activity;
  return [
    ['Reference', activity.referenceId],
    ['Time', activity.time],
    ['User', activity.user],
    ['Groups', activity.groups.join(', ')],
    ['App', `${activity.app} (${activity.host})`],
    ['Activity', activity.activityType],
    ['Path', activity.path],
    ['File', object?.name],
    ['Size', object?.size === undefined ? undefined : `${object.size} bytes`],
    ['Detected type', object?.detectedType],
    ['Labels', object?.labels?.labels.map(({ name, id }) => name ?? id).join(', ')],
    ['IP address', activity.ip],
    ['IP category, tags', [activity.ipCategory, ...activity.ipTags].filter(Boolean).join(', ')],
    ['Country', activity.country],
    ['ISP', activity.isp],
    ['Device', [activity.deviceType, ...activity.deviceTags].filter(Boolean).join(', ')],
    ['Client certificate', activity.certificateReason],
    ['User agent', activity.userAgent],
    ['User agent tags', activity.userAgentTags.join(', ')],
    ['Enforced', activity.enforcementLevel],
    ['SHA-256 original', activity.sha256Original],
    ['SHA-256 delivered', activity.sha256Delivered],
  ];
}

function Facts({ activity }: { readonly activity: Explanation }) {
  return (
    <Table layout="fixed">
      <Table.Tbody>
        {facts(activity)
          .filter(([, value]) => value !== undefined && value !== '')
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th w={150}>{name}</Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

function Findings({ activity }: { readonly activity: Explanation }) {
  const { status, reason, findings } = activity.scan;
  const rows = findings.map((finding, index) => ({ ...finding, key: `${index} ${finding.type}` }));
  return (
    <>
      <Title order={3} size="h5">
        Content scan
      </Title>
      <Text size="sm">
        {status}
        {reason === undefined ? '' : `: ${reason}`}
      </Text>
      {rows.map(({ key, type, confidence, place, evidence }) => (
        <Text key={key} size="sm">
          {type} ({confidence}) at {place}: <Code>{evidence === '' ? 'hidden for your role' : evidence}</Code>
        </Text>
      ))}
    </>
  );
}

function Verdict({ activity }: { readonly activity: Explanation }) {
  const blocked = /block|fail/i.test(activity.appliedAction);
  return (
    <Stack gap={4}>
      <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
        {activity.sentence}
      </Text>
      <Group gap="xs">
        <Badge color={blocked ? 'red' : 'blue'} tt="none">
          {activity.appliedAction}
        </Badge>
        <Text size="sm">reason {activity.reason}</Text>
        {activity.stale && (
          <Badge color="orange" tt="none">
            stale: decided from a snapshot
          </Badge>
        )}
      </Group>
    </Stack>
  );
}

/** Milliseconds of each step, longest last: the total. */
function Timings({ timings }: { readonly timings: Readonly<Record<string, number>> }) {
  const steps = Object.entries(timings).sort(([, a], [, b]) => a - b);
  if (steps.length === 0) return null;
  return (
    <Text size="sm">
      <b>Timings</b> {steps.map(([name, ms]) => `${name} ${Math.round(ms * 10) / 10} ms`).join(', ')}
    </Text>
  );
}

function Pivots({ activity }: { readonly activity: Explanation }) {
  return (
    <Group gap="xs">
      {activity.request !== undefined && <Link to={`/what-if?case=${activity.id}`}>Use as what-if</Link>}
      {activity.winner !== undefined && (
        <Link to={`/policies/${activity.winner.id}?case=${activity.id}`}>Tune the policy that won</Link>
      )}
      <Link to={`/activity?user=${encodeURIComponent(activity.user)}`}>Same user</Link>
      <Link to={`/activity?ip=${encodeURIComponent(activity.ip)}`}>Same address</Link>
      {activity.sessionId !== undefined && <Link to={`/activity?sessionId=${activity.sessionId}`}>Same session</Link>}
    </Group>
  );
}

export const explain = (id: string) => api<Explanation>('GET', `/explain/${encodeURIComponent(id)}`);

export function ActivityDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const query = useQuery({
    queryKey: ['explain', id],
    queryFn: () => explain(id),
    enabled: id !== '',
  });
  return (
    <Drawer
      opened={id !== ''}
      onClose={onClose}
      position="right"
      size="xl"
      title="Why"
      lockScroll={false}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Loaded query={query}>
        {(activity) => (
          <Stack>
            <Verdict activity={activity} />
            <Pivots activity={activity} />
            <Title order={3} size="h5">
              Policies and rows
            </Title>
            <TraceView trace={activity.policies} />
            <Findings activity={activity} />
            <Timings timings={activity.timings} />
            <Title order={3} size="h5">
              Facts
            </Title>
            <Facts activity={activity} />
            <details>
              <summary>Raw JSON</summary>
              <Code block>{JSON.stringify(activity, null, 2)}</Code>
            </details>
          </Stack>
        )}
      </Loaded>
    </Drawer>
  );
}
