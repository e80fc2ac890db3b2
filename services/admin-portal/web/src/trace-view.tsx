// Why a decision fell as it did: per policy and row, what was asked and what was seen.

import type { PolicyTrace, RowTrace } from '@gatehouse/contracts/decision';
import { Badge, Card, Group, Stack, Table, Text } from '@mantine/core';
import { Check, CircleHelp, CircleSlash, type LucideIcon, Minus } from 'lucide-react';
import { operatorWord } from './filter-list.tsx';
import { Link } from './router.tsx';

/** A policy of a trace; explain adds what came of it and what it is today. */
export type TracedPolicy = PolicyTrace & {
  readonly result?: string | undefined;
  readonly would?: string | undefined;
  readonly now?: { readonly version: number; readonly state: string } | null;
};

type Look = { readonly word: string; readonly colour: string; readonly icon: LucideIcon };

const unclear = (word: string, colour: string): Look => ({ word, colour, icon: CircleHelp });
// Told apart by word and sign; colour only helps.
const looks: Readonly<Record<string, Look>> = {
  hit: { word: 'hit', colour: 'green', icon: Check },
  miss: { word: 'miss', colour: 'gray', icon: Minus },
  absent: { word: 'absent', colour: 'yellow', icon: CircleSlash },
  pending: unclear('not looked at', 'blue'),
  unscannable: unclear('could not be scanned', 'orange'),
  brokenReference: unclear('names something deleted', 'red'),
};

function Result({ result }: { readonly result: string }) {
  const { word, colour, icon: Icon } = looks[result] ?? unclear(result, 'gray');
  return (
    <Badge miw="max-content" variant="light" color={colour} tt="none" leftSection={<Icon size={12} aria-hidden />}>
      {word}
    </Badge>
  );
}

function TraceRow({ row }: { readonly row: RowTrace }) {
  return (
    <Table.Tr style={{ verticalAlign: 'top' }}>
      <Table.Td>
        <Result result={row.result} />
        {row.result === 'absent' && row.satisfied === true && <Text size="xs">counts as a match</Text>}
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>
        {row.field} {operatorWord(row.operator)} {row.values.join(' or ')}
        {row.note !== undefined && <Text size="xs">{row.note}</Text>}
      </Table.Td>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{row.seen.length === 0 ? '–' : row.seen.join(', ')}</Table.Td>
    </Table.Tr>
  );
}

function rowKey({ part, field, operator, values, result }: RowTrace): string {
  return [part, field, operator, values.join(), result].join(' ');
}

const outcomes: Readonly<Record<string, string>> = {
  matched: 'matched',
  notMatched: 'did not match',
  needsMore: 'would look further first',
  unscannable: 'could not be scanned: its cell decided',
  brokenReference: 'names something deleted: counts as matched',
};

function versionWords({ version, now }: TracedPolicy): string {
  if (now === undefined) return `version ${version}`;
  if (now === null) return `version ${version}, deleted since`;
  return now.version === version ? `version ${version}, unchanged since` : `version ${version}, now ${now.version}`;
}

function PolicyHead({ policy }: { readonly policy: TracedPolicy }) {
  const { policyId, name, outcome, action, severity, result, would, state, now } = policy;
  const loud = outcome === 'notMatched' ? 'gray' : outcome === 'needsMore' ? 'blue' : 'green';
  return (
    <Group gap="xs">
      {now === null || policyId.startsWith('draft') ? (
        <Text size="sm" fw={600}>
          {name}
        </Text>
      ) : (
        <Link to={`/policies/${policyId}`}>{name}</Link>
      )}
      <Badge variant="light" tt="none" color={loud} style={{ height: 'auto', whiteSpace: 'normal' }}>
        {outcomes[outcome] ?? outcome}
      </Badge>
      {result !== undefined && (
        <Badge variant={result === 'won' ? 'filled' : 'outline'} tt="none" color={result === 'won' ? 'indigo' : 'gray'}>
          {result}
        </Badge>
      )}
      {would !== undefined && (
        <Badge variant="outline" tt="none" color="orange">
          {would}
        </Badge>
      )}
      <Text size="xs">
        {action}, {severity}, {versionWords(policy)}
        {state === 'reportOnly' ? ', report only: not enforced' : ''}
      </Text>
    </Group>
  );
}

function OnePolicy({ policy }: { readonly policy: TracedPolicy }) {
  return (
    <Card withBorder p="xs" component="section" aria-label={`Policy ${policy.name}`}>
      <PolicyHead policy={policy} />
      {policy.rows.length === 0 ? (
        <Text size="sm">No rows: fits every activity.</Text>
      ) : (
        <Table.ScrollContainer minWidth={250}>
          <Table horizontalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Result</Table.Th>
                <Table.Th>Row</Table.Th>
                <Table.Th>Seen</Table.Th>
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

// What decided comes first: the winner, what matched besides, what would have, then the rest.
function rank({ result, would, outcome }: TracedPolicy): number {
  if (result === 'won') return 0;
  if (result !== undefined) return 1;
  if (would !== undefined) return 2;
  return outcome === 'notMatched' ? 4 : 3;
}

export function TraceView({ trace }: { readonly trace: readonly TracedPolicy[] }) {
  if (trace.length === 0) return <Text size="sm">No policy took part in this decision.</Text>;
  return (
    <Stack gap="xs">
      {trace
        .toSorted((a, b) => rank(a) - rank(b))
        .map((policy) => (
          <OnePolicy key={policy.policyId} policy={policy} />
        ))}
    </Stack>
  );
}
