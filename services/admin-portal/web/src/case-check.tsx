// "Tune this policy": the case an alert or activity is about, judged with the draft as it stands.

import type { DecisionAnswer } from '@gatehouse/contracts/decision';
import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { Button, Fieldset, Group, Loader, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { api, problemFrom } from './api.ts';
import { changeOf } from './impact-preview.tsx';
import { ProblemView } from './problem-view.tsx';
import { NewTab, setQuery, useUrl } from './router.tsx';
import { WhatIfAnswer } from './what-if-answer.tsx';

type Props = { readonly stored: StoredPolicy | undefined; readonly draft: Policy };

export function CaseCheck({ stored, draft }: Props) {
  const activityId = useUrl().searchParams.get('case') ?? '';
  return activityId === '' ? null : <Case stored={stored} draft={draft} activityId={activityId} />;
}

function Case({ stored, draft, activityId }: Props & { readonly activityId: string }) {
  const [settled] = useDebouncedValue(draft, 400);
  const { id, policy } = changeOf({ stored, draft: settled });
  const query = useQuery({
    queryKey: ['case', activityId, id, settled],
    queryFn: () =>
      api<DecisionAnswer>('POST', '/what-if', {
        body: { activityId, draft: id === undefined ? policy : { id, policy } },
      }),
    placeholderData: (before) => before,
    retry: false,
    refetchOnWindowFocus: false,
  });
  return (
    <Fieldset legend="This case with the draft" mt="md">
      <Stack gap="sm">
        <Group gap="xs">
          <NewTab to={`/activity?id=${activityId}`}>Open the activity</NewTab>
          <NewTab to={`/what-if?case=${activityId}`}>Vary the case</NewTab>
          <Button size="xs" variant="subtle" onClick={() => setQuery({ case: undefined })}>
            Put the case away
          </Button>
        </Group>
        <div aria-live="polite">
          {query.isPending && <Loader size="sm" aria-label="Judging the case" />}
          <ProblemView problem={problemFrom(query.error)} />
          {query.error === null && query.data !== undefined && <WhatIfAnswer answer={query.data} />}
          {query.isPlaceholderData && <Text size="xs">Judging the changed draft …</Text>}
        </div>
      </Stack>
    </Fieldset>
  );
}
