// One policy: form and YAML over the same object, saved against the version that was read.

import type { App } from '@gatehouse/contracts/catalogue';
import type { LintFinding } from '@gatehouse/contracts/lint';
import type { Policy, StoredPolicy } from '@gatehouse/contracts/policy';
import { policyToYaml } from '@gatehouse/policy/yaml';
import { Button, Fieldset, Group, Loader, Tabs } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { api, problemFrom, type Stored, type Vocabulary } from './api.ts';
import { CaseCheck } from './case-check.tsx';
import { ImpactPreview } from './impact-preview.tsx';
import { StateBadge } from './policies.tsx';
import { emptyPolicy, PolicyForm, type Template } from './policy-form.tsx';
import { BrokenReferences, CodeBadge, Findings, OwnedByCode } from './policy-owner.tsx';
import type { YamlDraft } from './policy-yaml.tsx';
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

/** What the linter says about the draft, a moment after it last changed. */
function useFindings(draft: Policy, id: string | undefined): readonly LintFinding[] {
  const [findings, setFindings] = useState<readonly LintFinding[]>([]);
  useEffect(() => {
    let overtaken = false;
    const timer = setTimeout(() => {
      const query = id === undefined ? '' : `?id=${encodeURIComponent(id)}`;
      api<{ findings?: LintFinding[] }>('POST', `/policies/validate${query}`, { body: draft }).then(
        (answer) => !overtaken && setFindings(answer.findings ?? []),
        () => undefined,
      );
    }, 500);
    return () => {
      overtaken = true;
      clearTimeout(timer);
    };
  }, [draft, id]);
  return findings;
}

/** Form and YAML over one policy: text that was typed is kept as long as the form says the same. */
function useDraft(stored: StoredPolicy | undefined) {
  const [policy, setPolicy] = useState<Policy>(stored?.policy ?? emptyPolicy);
  const [typed, setTyped] = useState<YamlDraft>();
  const changeForm = useCallback((next: Policy) => {
    setUnsaved(true);
    setPolicy(next);
    setTyped(undefined);
  }, []);
  const changeYaml = useCallback((next: YamlDraft) => {
    setUnsaved(true);
    setTyped(next);
  }, []);
  const yaml = typed ?? { text: policyToYaml(policy), errors: [] };
  return { policy, yaml, typed, setPolicy, changeForm, changeYaml };
}

function PolicyEditor({ loaded, onReload }: { readonly loaded: Loading; readonly onReload: () => void }) {
  const { stored } = loaded;
  const draft = useDraft(stored);
  const save = useSave(stored, draft.policy);
  const findings = useFindings(draft.policy, stored?.id);
  const readOnly = stored?.source !== undefined;
  const saveDraft = () => save.mutate(draft.typed === undefined ? {} : { yaml: draft.typed.text });
  const problem = problemFrom(save.error);
  // What cannot be edited is better read than shown as disabled fields.
  const tab = useUrl().searchParams.get('tab') ?? (readOnly ? 'yaml' : 'form');
  useFocusOnError(problem);
  useEffect(() => () => setUnsaved(false), []);
  const reload = () => {
    setUnsaved(false);
    onReload();
  };
  return (
    <Screen
      title={stored === undefined ? 'New policy' : stored.policy.name}
      actions={
        stored !== undefined && (
          <>
            <CodeBadge source={stored.source} />
            <StateBadge state={stored.policy.state} />
          </>
        )
      }
    >
      <Link to="/policies">All policies</Link>
      {stored !== undefined && <OwnedByCode stored={stored} />}
      <BrokenReferences references={stored?.brokenReferences} />
      <ProblemView
        problem={problem}
        onReload={reload}
        onOverwrite={() => save.mutate({ ...save.variables, overwrite: true })}
      />
      <Tabs value={tab} onChange={(next) => setQuery({ tab: next ?? undefined })} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="form">Form</Tabs.Tab>
          <Tabs.Tab value="yaml">YAML</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="form">
          <Fieldset disabled={readOnly} variant="unstyled">
            <PolicyForm
              {...loaded}
              isNew={stored === undefined}
              policy={draft.policy}
              problem={problem}
              onChange={draft.changeForm}
            />
          </Fieldset>
          <ImpactPreview stored={stored} draft={draft.policy} />
          <CaseCheck stored={stored} draft={draft.policy} />
        </Tabs.Panel>
        <Tabs.Panel value="yaml">
          <Suspense fallback={<Loader aria-label="Loading" />}>
            <PolicyYaml
              draft={draft.yaml}
              id={stored?.id}
              readOnly={readOnly}
              onChange={draft.changeYaml}
              onPolicy={draft.setPolicy}
            />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
      <Findings findings={findings} />
      {!readOnly && (
        <Group>
          <Button loading={save.isPending} onClick={saveDraft}>
            Save
          </Button>
        </Group>
      )}
    </Screen>
  );
}
