// All policies: state at a glance, and switching without opening.

import type { LintFinding } from '@gatehouse/contracts/lint';
import type { StoredPolicy } from '@gatehouse/contracts/policy';
import { Badge, Button, Group, Table, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, problemFrom, queryText } from './api.ts';
import { CodeBadge, FindingBadge } from './policy-owner.tsx';
import { Loaded, ProblemView } from './problem-view.tsx';
import { referenceId } from './reference-id.ts';
import { Link, navigate, setQuery, useUrl } from './router.tsx';
import { ConfirmButton, Empty, Screen, saved, undoable } from './screen.tsx';

type State = StoredPolicy['policy']['state'];
const states: readonly {
  readonly state: State;
  readonly verb: string;
  readonly badge: string;
  readonly colour: string;
}[] = [
  { state: 'enabled', verb: 'Enable', badge: 'Enabled', colour: 'green' },
  { state: 'reportOnly', verb: 'Report only', badge: 'Report only', colour: 'yellow' },
  { state: 'disabled', verb: 'Disable', badge: 'Disabled', colour: 'gray' },
];

export function StateBadge({ state }: { readonly state: State }) {
  const found = states.find((one) => one.state === state);
  return (
    <Badge color={found?.colour ?? 'gray'} variant="light" miw="max-content">
      {found?.badge ?? state}
    </Badge>
  );
}

function usePolicyChange() {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['policies'] });
  const restore = useMutation({
    mutationFn: ({ id }: StoredPolicy) => api('POST', `/policies/${id}/restore`),
    onSuccess: () => saved('The policy is back.'),
    onSettled: refresh,
  });
  const change = useMutation({
    mutationFn: ({ stored, state }: { stored: StoredPolicy; state: State }) =>
      api<StoredPolicy>('PATCH', `/policies/${stored.id}/state`, { body: { state }, version: stored.version }),
    onSuccess: ({ policy }) => saved(`“${policy.name}” is now ${policy.state}.`),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: ({ id, version }: StoredPolicy) => api('DELETE', `/policies/${id}`, { version }),
    onSuccess: (_, stored) => undoable(`“${stored.policy.name}” was deleted.`, () => restore.mutate(stored)),
    onSettled: refresh,
  });
  return { change, remove, problem: problemFrom(change.error ?? remove.error ?? restore.error) };
}

type RowProps = {
  readonly findings: readonly LintFinding[];
  readonly stored: StoredPolicy;
  readonly actions: ReturnType<typeof usePolicyChange>;
};

function PolicyRow({ stored, findings, actions }: RowProps) {
  const { id, policy } = stored;
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          <Link to={`/policies/${id}`}>{policy.name}</Link>
          <CodeBadge source={stored.source} />
          {stored.brokenReferences !== undefined && (
            <Badge color="red" variant="light">
              Fails closed
            </Badge>
          )}
          <FindingBadge findings={findings} />
        </Group>
      </Table.Td>
      <Table.Td>
        <StateBadge state={policy.state} />
      </Table.Td>
      <Table.Td>{policy.kind === 'AccessPolicy' ? 'Access' : 'Session'}</Table.Td>
      <Table.Td>{policy.severity}</Table.Td>
      <Table.Td>{policy.action.type}</Table.Td>
      <Table.Td>
        {stored.source === undefined && (
          <Group gap={4} wrap="nowrap">
            {states
              .filter(({ state }) => state !== policy.state)
              .map(({ state, verb }) => (
                <Button
                  key={state}
                  size="xs"
                  variant="default"
                  onClick={() => actions.change.mutate({ stored, state })}
                >
                  {verb}
                </Button>
              ))}
            <ConfirmButton
              label="Delete"
              question={`Delete “${policy.name}”?`}
              confirm="Delete policy"
              onConfirm={() => actions.remove.mutate(stored)}
            />
          </Group>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** A reference id opens its activity wherever it is typed. */
function find(text: string): void {
  if (referenceId.test(text.trim())) navigate(`/activity?id=${text.trim().toUpperCase()}`);
  else setQuery({ search: text });
}

export function Policies() {
  const search = useUrl().searchParams.get('search') ?? '';
  const state = useUrl().searchParams.get('state') ?? '';
  const actions = usePolicyChange();
  const query = useQuery({
    queryKey: ['policies', search, state],
    queryFn: () => api<{ policies: StoredPolicy[] }>('GET', `/policies${queryText({ search, state })}`),
    placeholderData: (before) => before,
  });
  const findings = useQuery({
    queryKey: ['policies', 'findings'],
    queryFn: () => api<{ findings: LintFinding[] }>('GET', '/policies/findings'),
  });
  const create = <Button onClick={() => navigate('/policies/new')}>New policy</Button>;
  return (
    <Screen title="Policies" actions={create}>
      <ProblemView problem={actions.problem} />
      <Group>
        <TextInput
          aria-label="Search policies"
          placeholder="Search"
          value={search}
          onChange={(event) => find(event.currentTarget.value)}
        />
        {state !== '' && (
          <Button size="xs" variant="light" onClick={() => setQuery({ state: undefined })}>
            state: {state} ×
          </Button>
        )}
      </Group>
      <Loaded query={query}>
        {({ policies }) =>
          policies.length === 0 ? (
            <Empty action={search + state === '' ? create : undefined}>
              {search + state === '' ? 'No policies yet. Start from a template.' : 'No policy fits. Clear the search.'}
            </Empty>
          ) : (
            <Table.ScrollContainer minWidth={760}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    {['Policy', 'State', 'Kind', 'Severity', 'Action', 'Change'].map((head) => (
                      <Table.Th key={head}>{head}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {policies.map((stored) => (
                    <PolicyRow
                      key={stored.id}
                      stored={stored}
                      findings={(findings.data?.findings ?? []).filter(({ policy }) => policy === stored.policy.name)}
                      actions={actions}
                    />
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
