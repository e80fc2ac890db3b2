// What a draft would have done to the last days, before it is saved: the same replay the API and the CLI use.

import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import type { ReplayResult, ReplaySample } from '@gatehouse/contracts/replay';
import { Badge, Button, Fieldset, Group, Loader, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, problemFrom } from './api.ts';
import { ProblemView } from './problem-view.tsx';
import { NewTab } from './router.tsx';
import { Time } from './screen.tsx';

type Props = { readonly stored: StoredPolicy | undefined; readonly draft: Policy };
type Asked = { readonly days: number; readonly draft: Policy };

/** The draft as a change of the stored set; one without a name yet can be replayed too. */
export function changeOf({ stored, draft }: Props): { id?: string; policy: Policy } {
  const policy = draft.name.trim() === '' ? { ...draft, name: `Draft ${crypto.randomUUID()}` } : draft;
  return stored === undefined ? { policy } : { id: stored.id, policy };
}

export function ImpactPreview({ stored, draft }: Props) {
  const [days, setDays] = useState(7);
  const [asked, setAsked] = useState<Asked>();
  const query = useQuery({
    queryKey: ['replay', stored?.id, stored?.version, asked],
    queryFn: () =>
      api<ReplayResult>('POST', '/replay', {
        body: {
          changes: [changeOf({ stored, draft: asked?.draft ?? draft })],
          days: asked?.days ?? days,
          wouldHave: asked?.draft.state === 'reportOnly',
        },
      }),
    enabled: asked !== undefined,
    retry: false,
    refetchOnWindowFocus: false,
  });
  const outdated = asked !== undefined && asked.draft !== draft;
  return (
    <Fieldset legend="Impact" mt="md">
      <Stack gap="sm">
        <Text size="sm">
          Judges what was recorded again, as if this draft had been saved. Nothing is stored or enforced.
        </Text>
        <Group align="flex-end" gap="xs">
          <NativeSelect
            label="Period"
            data={[
              { value: '7', label: 'last 7 days' },
              { value: '30', label: 'last 30 days' },
            ]}
            value={String(days)}
            onChange={(event) => setDays(Number(event.currentTarget.value))}
          />
          <Button variant="default" disabled={query.isFetching} onClick={() => setAsked({ days, draft })}>
            Preview impact
          </Button>
        </Group>
        <div aria-live="polite">
          {query.isFetching && (
            <Group gap="xs">
              <Loader size="xs" aria-hidden /> <Text size="sm">Judging recorded decisions again …</Text>
            </Group>
          )}
          {!query.isFetching && <ProblemView problem={problemFrom(query.error)} />}
          {!query.isFetching && query.data !== undefined && asked !== undefined && (
            <Stack gap="sm">
              {outdated && <Text size="sm">The draft has changed since: preview again.</Text>}
              <Impact result={query.data} state={asked.draft.state} days={asked.days} />
            </Stack>
          )}
        </div>
      </Stack>
    </Fieldset>
  );
}

type ImpactProps = { readonly result: ReplayResult; readonly state: Policy['state']; readonly days: number };

export function Impact({ result, state, days }: ImpactProps) {
  if (result.considered === 0) {
    return (
      <Text size="sm">
        {result.withoutFacts > 0
          ? `Nothing can be judged again yet: the ${result.withoutFacts} decisions of the last ${days} days were recorded by an earlier version, without their facts.`
          : `Nothing was recorded in the last ${days} days that this policy could touch. Open an app through Gatehouse, then preview again.`}
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" fw={600} data-testid="impact">
        {summary(result, state)}
      </Text>
      <Caveats result={result} />
      <Pairs result={result} would={state === 'reportOnly'} />
      <Samples samples={result.samples} />
    </>
  );
}

const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

function summary(result: ReplayResult, state: Policy['state']): string {
  const { considered, matched, changed, users, apps } = result;
  const of = `of ${count(considered, 'decision')}`;
  const who = `${count(users, 'user')}, ${count(apps, 'app')}`;
  if (state === 'reportOnly') {
    return `Report only: would have matched ${matched.toLocaleString('en')} ${of} (${who}) and changed ${count(changed, 'verdict')} if enabled. Saved as it is, nothing changes.`;
  }
  return `Matches ${matched.toLocaleString('en')} ${of} (${who}); ${count(changed, 'verdict')} would be different.`;
}

function Caveats({ result }: { readonly result: ReplayResult }) {
  const { notScanned, truncated, oldest, withoutFacts } = result;
  const facts = notScanned.facts.map(({ name, count: times }) => `${name} (${times})`).join(', ');
  return (
    <>
      {notScanned.count > 0 && (
        <Text size="sm">
          {count(notScanned.count, 'decision')} cannot be said: {facts} was not looked for then, and is not guessed.
        </Text>
      )}
      {truncated && oldest !== undefined && (
        <Text size="sm">
          More was recorded: only the newest were judged, from <Time at={oldest} /> on.
        </Text>
      )}
      {withoutFacts > 0 && (
        <Text size="sm">{count(withoutFacts, 'older decision')} were recorded without their facts and left out.</Text>
      )}
    </>
  );
}

const words: Readonly<Record<string, string>> = { unknown: 'not scanned', stepUp: 'step-up' };
const word = (verdict: string) => words[verdict] ?? verdict;

function Pairs({ result, would }: { readonly result: ReplayResult; readonly would: boolean }) {
  return (
    <Table aria-label="Verdicts old and new" w="auto">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Now</Table.Th>
          <Table.Th>{would ? 'Would have been' : 'With the draft'}</Table.Th>
          <Table.Th ta="right">Decisions</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {result.pairs.map((pair) => (
          <Table.Tr key={`${pair.old} ${pair.new}`}>
            <Table.Td>{word(pair.old)}</Table.Td>
            <Table.Td>
              {pair.old === pair.new ? (
                `${word(pair.new)} (same)`
              ) : (
                <Badge tt="none" variant="light" color={pair.new === 'block' ? 'red' : 'blue'}>
                  → {word(pair.new)}
                </Badge>
              )}
            </Table.Td>
            <Table.Td ta="right">{pair.count.toLocaleString('en')}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Samples({ samples }: { readonly samples: readonly ReplaySample[] }) {
  if (samples.length === 0) return null;
  return (
    <details>
      <summary>{count(samples.length, 'example')}, newest first</summary>
      <Table.ScrollContainer minWidth={560}>
        <Table aria-label="Examples">
          <Table.Thead>
            <Table.Tr>
              {['Activity', 'User', 'App', 'Time', 'Now → draft'].map((head) => (
                <Table.Th key={head}>{head}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {samples.map((sample) => (
              <Table.Tr key={sample.activityId}>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>
                  <NewTab to={`/activity?id=${sample.activityId}`}>{sample.fileName ?? sample.referenceId}</NewTab>
                </Table.Td>
                <Table.Td>{sample.user}</Table.Td>
                <Table.Td>{sample.app}</Table.Td>
                <Table.Td>
                  <Time at={sample.time} />
                </Table.Td>
                <Table.Td>
                  {word(sample.old.verdict)} → {word(sample.new.verdict)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </details>
  );
}
