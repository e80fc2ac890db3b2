// One policy: form and YAML over the same object, saved against the version that was read.

import type { App } from '@gatehouse/contracts/catalogue';
import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { Button, Group, Loader, Tabs } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { api, problemFrom, type Stored, type Vocabulary } from './api.ts';
import { CaseCheck } from './case-check.tsx';
import { ImpactPreview } from './impact-preview.tsx';
import { StateBadge } from './policies.tsx';
import { emptyPolicy, PolicyForm, type Template } from './policy-form.tsx';
import { Loaded, ProblemView, useFocusOnError } from './problem-view.tsx';
import { Link, navigate, setQuery, setUnsaved, useUrl } from './router.tsx';
import { Screen, saved } from './screen.tsx';

const PolicyYaml = lazy(() => import('./policy-yaml.tsx').then(({ PolicyYaml }) => ({ default: PolicyYaml })));

type Loading = {
  readonly stored: StoredPolicy | undefined;
  readonly vocabulary: Vocabulary;
  readonly apps: App[];
  readonly templates: Template[];
};

async function load(id: string): Promise<Loading> {
  const [stored, vocabulary, apps, { templates }] = await Promise.all([
    id === 'new' ? undefined : api<StoredPolicy>('GET', `/policies/${encodeURIComponent(id)}`),
    api<Vocabulary>('GET', '/vocabulary'),
    api<{ items: Stored<App>[] }>('GET', '/apps'),
    api<{ templates: Template[] }>('GET', '/policies/templates'),
  ]);
  return { stored, vocabulary, apps: apps.items.map(({ value }) => value), templates };
}

export function PolicyScreen({ id }: { readonly id: string }) {
  const query = useQuery({
    queryKey: ['policy-editor', id],
    queryFn: () => load(id),
    // A reload behind an open form would throw away what was typed.
    refetchOnWindowFocus: false,
    refetchOnMount: 'always',
    gcTime: 0,
  });
  return (
    <Loaded query={query}>
      {(loaded) => <PolicyEditor key={loaded.stored?.version ?? 0} loaded={loaded} onReload={() => query.refetch()} />}
    </Loaded>
  );
}

type SaveOptions = { readonly yaml?: string; readonly overwrite?: boolean };

function useSave(stored: StoredPolicy | undefined, draft: Policy) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ yaml, overwrite = false }: SaveOptions) => {
      const content = yaml === undefined ? { body: draft } : { yaml };
      if (stored === undefined) return api<StoredPolicy>('POST', '/policies', content);
      const version = overwrite ? '*' : stored.version;
      return api<StoredPolicy>('PUT', `/policies/${stored.id}${yaml === undefined ? '' : '.yaml'}`, {
        ...content,
        version,
      });
    },
    onSuccess: async (next) => {
      setUnsaved(false);
      saved(`“${next.policy.name}” was saved (version ${next.version}).`);
      await client.invalidateQueries({ queryKey: ['policies'] });
      if (stored === undefined) navigate(`/policies/${next.id}`, { replace: true });
      else await client.invalidateQueries({ queryKey: ['policy-editor', next.id] });
    },
  });
}

function PolicyEditor({ loaded, onReload }: { readonly loaded: Loading; readonly onReload: () => void }) {
  const { stored } = loaded;
  const [draft, setDraft] = useState<Policy>(stored?.policy ?? emptyPolicy);
  const save = useSave(stored, draft);
  const problem = problemFrom(save.error);
  const tab = useUrl().searchParams.get('tab') === 'yaml' ? 'yaml' : 'form';
  useFocusOnError(problem);
  useEffect(() => () => setUnsaved(false), []);
  const change = (next: Policy) => {
    setUnsaved(true);
    setDraft(next);
  };
  const reload = () => {
    setUnsaved(false);
    onReload();
  };
  return (
    <Screen
      title={stored === undefined ? 'New policy' : stored.policy.name}
      actions={stored !== undefined && <StateBadge state={stored.policy.state} />}
    >
      <Link to="/policies">All policies</Link>
      <ProblemView
        problem={problem}
        onReload={reload}
        onOverwrite={() => save.mutate({ ...save.variables, overwrite: true })}
      />
      <Tabs
        value={tab}
        onChange={(next) => setQuery({ tab: next === 'yaml' ? 'yaml' : undefined })}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="form">Form</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="form">
          <PolicyForm {...loaded} policy={draft} problem={problem} onChange={change} />
          <ImpactPreview stored={stored} draft={draft} />
          <CaseCheck stored={stored} draft={draft} />
          <Group mt="md">
            <Button loading={save.isPending} onClick={() => save.mutate({})}>
              Save
            </Button>
          </Group>
        </Tabs.Panel>
        <Tabs.Panel value="yaml">
          <Suspense fallback={<Loader aria-label="Loading" />}>
            <PolicyYaml
              policy={draft}
              problem={problem}
              busy={save.isPending}
              onSave={(yaml) => save.mutate({ yaml })}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Screen>
  );
}
