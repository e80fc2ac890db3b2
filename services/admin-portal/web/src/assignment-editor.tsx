// For whom an app goes through Gatehouse.

import type { App, Assignment } from '@gatehouse/contracts/catalogue';
import { Checkbox, NativeSelect, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, type Stored } from './api.ts';
import { ObjectEditor } from './object-editor.tsx';
import { errorAt, errorWithin } from './problem-view.tsx';
import { useUrl } from './router.tsx';

export function AssignmentEditor({ id }: { readonly id: string }) {
  const app = useUrl().searchParams.get('app') ?? '';
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => api<{ items: Stored<App>[] }>('GET', '/apps') });
  const choices = (apps.data?.items ?? []).map(({ value }) => ({ value: value.id, label: value.name }));
  const empty: Assignment = { id: '', app, everyone: true, users: [], groups: [], enforced: true };
  return (
    <ObjectEditor<Assignment> id={id} collection="assignments" list="/apps" noun="assignment" empty={empty}>
      {({ value, problem, onChange }) => (
        <>
          <NativeSelect
            label="App"
            data-field="app"
            error={errorAt(problem, 'app')}
            data={[{ value: '', label: 'Choose an app' }, ...choices]}
            value={value.app}
            onChange={(event) => onChange({ ...value, app: event.currentTarget.value })}
          />
          <Checkbox
            label="Everyone"
            data-field="everyone"
            checked={value.everyone}
            onChange={(event) => onChange({ ...value, everyone: event.currentTarget.checked })}
          />
          <TagsInput
            label="Users"
            data-field="users"
            error={errorWithin(problem, 'users')}
            acceptValueOnBlur
            value={value.users}
            onChange={(users) => onChange({ ...value, users })}
          />
          <TagsInput
            label="Groups"
            data-field="groups"
            error={errorWithin(problem, 'groups')}
            acceptValueOnBlur
            value={value.groups}
            onChange={(groups) => onChange({ ...value, groups })}
          />
          <Checkbox
            label="Use proxy enforced restrictions"
            description="Off: the assignment proxies nobody, these users count as unassigned"
            checked={value.enforced}
            onChange={(event) => onChange({ ...value, enforced: event.currentTarget.checked })}
          />
        </>
      )}
    </ObjectEditor>
  );
}
