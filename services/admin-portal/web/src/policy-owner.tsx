// Who owns a policy, and what it names that no longer exists.

import type { LintFinding } from '@gatehouse/contracts/lint';
import type { BrokenReference, StoredPolicy } from '@gatehouse/contracts/policy';
import { Alert, Badge, Group, List, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { CircleAlert, FileCode2, Info, TriangleAlert } from 'lucide-react';
import { api, problemFrom } from './api.ts';
import { ProblemView } from './problem-view.tsx';
import { ConfirmButton, saved } from './screen.tsx';

export function CodeBadge({ source }: Pick<StoredPolicy, 'source'>) {
  if (source === undefined) return null;
  return (
    <Badge variant="outline" leftSection={<FileCode2 size={12} aria-hidden />} title={`${source.set}: ${source.path}`}>
      Code
    </Badge>
  );
}

export function OwnedByCode({ stored }: { readonly stored: StoredPolicy }) {
  const client = useQueryClient();
  const detach = useMutation({
    mutationFn: () => api<StoredPolicy>('POST', `/policies/${stored.id}/detach`, { version: stored.version }),
    onSuccess: async () => {
      saved(`“${stored.policy.name}” now belongs to the portal.`);
      await client.invalidateQueries({ queryKey: ['policies'] });
      await client.invalidateQueries({ queryKey: ['policy-editor', stored.id] });
    },
  });
  const { source } = stored;
  if (source === undefined) return null;
  return (
    <Alert icon={<FileCode2 size={18} />} title="Kept as code">
      <Text size="sm">
        This policy comes from <b>{source.path}</b> of the policy set <b>{source.set}</b>. Change it there and run
        “gatehouse apply”. To change it here, detach it: the file then no longer counts until somebody takes the policy
        over again.
      </Text>
      <Group mt="xs">
        <ConfirmButton
          label="Detach"
          question={`Detach “${stored.policy.name}” from its file?`}
          confirm="Detach"
          onConfirm={() => detach.mutate()}
        />
      </Group>
      <ProblemView problem={problemFrom(detach.error)} />
    </Alert>
  );
}

export function BrokenReferences({
  references = [],
}: {
  readonly references?: readonly BrokenReference[] | undefined;
}) {
  if (references.length === 0) return null;
  return (
    <Alert color="red" icon={<CircleAlert size={18} />} title="This policy names something that was deleted">
      <Text size="sm">
        It stays in force and fails closed: rows that can no longer be judged count as hit. Correct them, or create what
        they name.
      </Text>
      <List size="sm">
        {references.map(({ field, value }) => (
          <List.Item key={`${field} ${value}`}>
            {field}: <b>{value}</b>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

const looks = {
  error: { colour: 'red', icon: CircleAlert, word: 'Error' },
  warning: { colour: 'yellow', icon: TriangleAlert, word: 'Warning' },
  info: { colour: 'blue', icon: Info, word: 'Hint' },
} as const;

export function Findings({ findings }: { readonly findings: readonly LintFinding[] }) {
  const worst =
    findings.find(({ severity }) => severity === 'error') ??
    findings.find(({ severity }) => severity === 'warning') ??
    findings[0];
  if (worst === undefined) return null;
  const { colour, icon: Icon } = looks[worst.severity];
  return (
    <Alert color={colour} icon={<Icon size={18} />} title="Worth a second look">
      <List size="sm">
        {findings.map(({ rule, path, severity, message, remedy }) => (
          <List.Item key={`${rule} ${path}`}>
            <b>{looks[severity].word}</b> at {path}: {message} {remedy}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}

export function FindingBadge({ findings }: { readonly findings: readonly LintFinding[] }) {
  const serious = findings.filter(({ severity }) => severity !== 'info');
  if (serious.length === 0) return null;
  const colour = serious.some(({ severity }) => severity === 'error') ? 'red' : 'yellow';
  const words = serious.map(({ message }) => message).join('\n');
  return (
    <Badge color={colour} variant="light" leftSection={<TriangleAlert size={12} aria-hidden />} title={words}>
      {serious.length === 1 ? '1 finding' : `${serious.length} findings`}
    </Badge>
  );
}
