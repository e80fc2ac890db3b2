// The app that something is about, by name.

import type { App } from '@gatehouse/contracts/catalogue';
import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api, type Problem, type Stored } from './api.ts';
import { errorAt } from './problem-view.tsx';

type Props = {
  readonly value: string;
  readonly problem: Problem | undefined;
  readonly onChange: (app: string) => void;
};

export function AppSelect({ value, problem, onChange }: Props) {
  const apps = useQuery({ queryKey: ['apps'], queryFn: () => api<{ items: Stored<App>[] }>('GET', '/apps') });
  const choices = (apps.data?.items ?? []).map(({ value: app }) => ({ value: app.id, label: app.name }));
  return (
    <NativeSelect
      label="App"
      data-field="app"
      error={errorAt(problem, 'app')}
      data={[{ value: '', label: 'Choose an app' }, ...choices]}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
