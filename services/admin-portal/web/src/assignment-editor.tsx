// For whom an app goes through Gatehouse.

import type { Assignment } from '@gatehouse/contracts/catalogue';
import { Checkbox, TagsInput } from '@mantine/core';
import { AppSelect } from './app-select.tsx';
import { ObjectEditor } from './object-editor.tsx';
import { errorWithin } from './problem-view.tsx';
import { useUrl } from './router.tsx';

export function AssignmentEditor({ id }: { readonly id: string }) {
  const app = useUrl().searchParams.get('app') ?? '';
  const empty: Assignment = { id: '', app, everyone: true, users: [], groups: [], enforced: true };
  return (
    <ObjectEditor<Assignment> id={id} collection="assignments" list="/apps" noun="assignment" empty={empty}>
      {({ value, problem, onChange }) => (
        <>
          <AppSelect value={value.app} problem={problem} onChange={(chosen) => onChange({ ...value, app: chosen })} />
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
