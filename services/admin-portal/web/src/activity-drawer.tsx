// The Why drawer: facts, verdict, trace, findings, hashes, raw JSON of one activity.

import type { Activity } from '@gatehouse/contracts/activity';
import { Badge, Code, Drawer, Group, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import { Loaded } from './problem-view.tsx';
import { Link } from './router.tsx';
import { TraceView } from './trace-view.tsx';

function facts(activity: Activity): [string, string | undefined][] {
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

function Facts({ activity }: { readonly activity: Activity }) {
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

function Findings({ activity }: { readonly activity: Activity }) {
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

function Verdict({ activity }: { readonly activity: Activity }) {
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Badge color={/block|fail/i.test(activity.appliedAction) ? 'red' : 'blue'}>{activity.appliedAction}</Badge>
        <Text size="sm">reason {activity.reason}</Text>
        {activity.stale && <Badge color="orange">decided from a snapshot</Badge>}
      </Group>
      {activity.cause !== undefined && <Text size="sm">{activity.cause}</Text>}
      {activity.matchedPolicies.map(({ id, name, result, action }) => (
        <Text key={id} size="sm">
          <Link to={`/policies/${id}`}>{name}</Link>: {action}, {result}
        </Text>
      ))}
      {activity.reportOnly.map(({ id, name, action }) => (
        <Text key={id} size="sm">
          <Link to={`/policies/${id}`}>{name}</Link>: report only, would {action}
        </Text>
      ))}
    </Stack>
  );
}

export function ActivityDrawer({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const query = useQuery({
    queryKey: ['activity', id],
    queryFn: () => api<{ activity: Activity }>('GET', `/activities/${encodeURIComponent(id)}`),
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
        {({ activity }) => (
          <Stack>
            <Verdict activity={activity} />
            <Title order={3} size="h5">
              Policies and rows
            </Title>
            <TraceView trace={activity.trace} />
            <Findings activity={activity} />
            <Title order={3} size="h5">
              Facts
            </Title>
            <Facts activity={activity} />
            <Text size="sm">
              <Link to={`/activity?user=${encodeURIComponent(activity.user)}`}>Same user</Link>
              {' · '}
              <Link to={`/activity?ip=${encodeURIComponent(activity.ip)}`}>Same address</Link>
              {activity.sessionId !== undefined && (
                <>
                  {' · '}
                  <Link to={`/activity?sessionId=${activity.sessionId}`}>Same session</Link>
                </>
              )}
            </Text>
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
