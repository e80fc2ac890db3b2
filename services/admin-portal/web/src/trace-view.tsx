// Why a decision fell as it did: per policy and row, what was asked and what was seen.

import type { PolicyTrace, RowTrace } from '@gatehouse/contracts/decision';
import { Badge, Card, Group, Stack, Table, Text } from '@mantine/core';
import { operatorWord } from './filter-list.tsx';
import { Link } from './router.tsx';

const colours: Record<RowTrace['result'], string> = {
  hit: 'green',
  miss: 'gray',
  absent: 'yellow',
  pending: 'blue',
  unscannable: 'orange',
  brokenReference: 'red',
};

function TraceRow({ row }: { readonly row: RowTrace }) {
  return (
    <Table.Tr>
      <Table.Td>
        {row.field} {operatorWord(row.operator)} {row.values.join(' or ')}
      </Table.Td>
      <Table.Td>{row.seen.length === 0 ? '–' : row.seen.join(', ')}</Table.Td>
      <Table.Td>
        <Badge variant="light" color={colours[row.result]}>
          {row.result}
        </Badge>
        {row.result === 'absent' && row.satisfied === true && <Text size="xs">counts as a match</Text>}
        {row.note !== undefined && <Text size="xs">{row.note}</Text>}
      </Table.Td>
    </Table.Tr>
  );
}

function rowKey({ part, field, operator, values, result }: RowTrace): string {
  return [part, field, operator, values.join(), result].join(' ');
}

function OnePolicy({ policy }: { readonly policy: PolicyTrace }) {
  return (
    <Card withBorder p="xs" component="section" aria-label={`Policy ${policy.name}`}>
      <Group gap="xs">
        <Link to={`/policies/${policy.policyId}`}>{policy.name}</Link>
        <Badge variant="light" color={policy.outcome === 'matched' ? 'green' : 'gray'}>
          {policy.outcome}
        </Badge>
        <Text size="xs">
          {policy.action}, {policy.severity}, version {policy.version}
          {policy.state === 'reportOnly' ? ', report only: not enforced' : ''}
        </Text>
      </Group>
      {policy.rows.length === 0 ? (
        <Text size="sm">No rows: fits every activity.</Text>
      ) : (
        <Table.ScrollContainer minWidth={420}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Row</Table.Th>
                <Table.Th>Seen</Table.Th>
                <Table.Th>Result</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {policy.rows.map((row) => (
                <TraceRow key={rowKey(row)} row={row} />
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Card>
  );
}

export function TraceView({ trace }: { readonly trace: readonly PolicyTrace[] }) {
  if (trace.length === 0) return <Text size="sm">No policy took part in this decision.</Text>;
  return (
    <Stack gap="xs">
      {trace.map((policy) => (
        <OnePolicy key={policy.policyId} policy={policy} />
      ))}
    </Stack>
  );
}
