// What-if: describe a case, or take a recorded one, and see every policy and row, who would win and why.

import type { App } from '@gatehouse/contracts/catalogue';
import type { DecisionAnswer } from '@gatehouse/contracts/decision';
import { deviceTags, fileTypes } from '@gatehouse/contracts/vocabulary';
import {
  Button,
  Fieldset,
  Group,
  Loader,
  NativeSelect,
  SimpleGrid,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useEffect, useState } from 'react';
import { explain } from './activity-drawer.tsx';
import { api, problemFrom, type Stored, type Vocabulary } from './api.ts';
import { Loaded, ProblemView } from './problem-view.tsx';
import { Link, setQuery, useUrl } from './router.tsx';
import { Screen } from './screen.tsx';
import { WhatIfAnswer } from './what-if-answer.tsx';
import { fieldsOf, fieldsOfCase, requestOf, type WhatIfFields } from './what-if-request.ts';

type Offered = { readonly vocabulary: Vocabulary; readonly apps: readonly App[] };

async function load(): Promise<Offered> {
  const [vocabulary, apps] = await Promise.all([
    api<Vocabulary>('GET', '/vocabulary'),
    api<{ items: Stored<App>[] }>('GET', '/apps'),
  ]);
  return { vocabulary, apps: apps.items.map(({ value }) => value) };
}

export function WhatIf() {
  const query = useQuery({ queryKey: ['what-if-offered'], queryFn: load });
  return (
    <Screen title="What-if">
      <Text size="sm">Describes a case and judges it with the policies as they are. Nothing is recorded.</Text>
      <CaseLoader />
      <Loaded query={query}>{(offered) => <Asking offered={offered} />}</Loaded>
    </Screen>
  );
}

/** `?case=` of a recorded activity becomes the fields of the form. */
function CaseLoader() {
  const [typed, setTyped] = useState('');
  const recorded = useUrl().searchParams.get('case') ?? '';
  const query = useQuery({
    queryKey: ['explain', recorded],
    queryFn: () => explain(recorded),
    enabled: recorded !== '',
    retry: false,
  });
  const request = query.data?.request;
  useEffect(() => {
    if (request !== undefined) setQuery({ ...fieldsOfCase(request), case: undefined, from: recorded, asked: '1' });
  }, [request, recorded]);
  const take = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ case: typed.trim() });
  };
  return (
    <>
      <form onSubmit={take}>
        <Group align="flex-end" gap="xs">
          <TextInput
            label="Start from a recorded decision"
            placeholder="Reference or activity id"
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={query.isFetching}>
            Use as case
          </Button>
        </Group>
      </form>
      <ProblemView problem={problemFrom(query.error)} />
      {query.data !== undefined && request === undefined && (
        <Text size="sm">No policy was asked about this activity, so there is nothing to vary.</Text>
      )}
    </>
  );
}

function Asking({ offered }: { readonly offered: Offered }) {
  const { searchParams, search } = useUrl();
  const first = offered.apps[0]?.id ?? '';
  const read = fieldsOf(searchParams);
  const fields = { ...read, app: read.app || first };
  const [from, asked] = [searchParams.get('from'), searchParams.get('asked') === '1'];
  const query = useQuery({
    queryKey: ['what-if', search],
    queryFn: () => api<DecisionAnswer>('POST', '/what-if', { body: { request: requestOf(fields) } }),
    enabled: asked,
    retry: false,
    refetchOnWindowFocus: false,
    placeholderData: (before) => before,
  });
  return (
    <Stack>
      {from !== null && (
        <Text size="sm">
          From a recorded case: <Link to={`/activity?id=${from}`}>open the activity</Link>. Where the scanner did not
          look, say what it would find.
        </Text>
      )}
      {/* A case that was loaded anew starts a form anew. */}
      <WhatIfForm key={from ?? ''} offered={offered} fields={fields} busy={query.isFetching} />
      <div aria-live="polite">
        {asked && query.isPending && <Loader aria-label="Judging the case" />}
        {asked && <ProblemView problem={problemFrom(query.error)} />}
        {asked && query.error === null && query.data !== undefined && <WhatIfAnswer answer={query.data} />}
      </div>
    </Stack>
  );
}

type FormProps = { readonly offered: Offered; readonly fields: WhatIfFields; readonly busy: boolean };
type PartProps = {
  readonly offered: Offered;
  readonly fields: WhatIfFields;
  readonly set: (change: Partial<WhatIfFields>) => void;
};

function WhatIfForm({ offered, fields: start, busy }: FormProps) {
  const [fields, setFields] = useState(start);
  const set = (change: Partial<WhatIfFields>) => setFields((before) => ({ ...before, ...change }));
  const ask = (event: FormEvent) => {
    event.preventDefault();
    setQuery({ ...fields, asked: '1' });
  };
  const part = { offered, fields, set };
  return (
    <form onSubmit={ask}>
      <Stack>
        <WhoPart {...part} />
        {fields.activity === 'download' && <FilePart {...part} />}
        <Button type="submit" w="fit-content" loading={busy}>
          What would happen?
        </Button>
      </Stack>
    </form>
  );
}

function Columns({ legend, children }: { readonly legend: string; readonly children: ReactNode }) {
  return (
    <Fieldset legend={legend}>
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>{children}</SimpleGrid>
    </Fieldset>
  );
}

function WhoPart({ offered, fields, set }: PartProps) {
  return (
    <Columns legend="Who does what, from where">
      <NativeSelect
        label="Activity"
        data={[
          { value: 'login', label: 'sign-in (access policies)' },
          { value: 'download', label: 'download' },
          { value: 'navigate', label: 'page view' },
        ]}
        value={fields.activity}
        onChange={(event) => set({ activity: event.currentTarget.value })}
      />
      <NativeSelect
        label="App"
        data={[...new Set([...offered.apps.map(({ id }) => id), fields.app])]}
        value={fields.app}
        onChange={(event) => set({ app: event.currentTarget.value })}
      />
      <Field label="User" value={fields.user} onChange={(user) => set({ user })} />
      <TagsInput label="Groups" acceptValueOnBlur value={[...fields.groups]} onChange={(groups) => set({ groups })} />
      <TagsInput
        label="Device tags"
        data={[...deviceTags]}
        acceptValueOnBlur
        value={[...fields.deviceTags]}
        onChange={(tags) => set({ deviceTags: tags })}
      />
      <Field label="IP address" value={fields.ip} onChange={(ip) => set({ ip })} />
      <Field
        label="Country"
        hint="Two letters, like DE"
        value={fields.country}
        onChange={(country) => set({ country })}
      />
      <Field label="User agent" value={fields.userAgent} onChange={(userAgent) => set({ userAgent })} />
    </Columns>
  );
}

function FilePart({ offered, fields, set }: PartProps) {
  return (
    <Columns legend="The file">
      <Field label="File name" value={fields.fileName} onChange={(fileName) => set({ fileName })} />
      <NativeSelect
        label="Type"
        data={['', ...new Set([...fileTypes, fields.fileType].filter((type) => type !== ''))]}
        value={fields.fileType}
        onChange={(event) => set({ fileType: event.currentTarget.value })}
      />
      <Field
        label="Size in bytes"
        value={fields.fileSize}
        onChange={(size) => set({ fileSize: size.replace(/\D/g, '') })}
      />
      <NativeSelect
        label="Label and content"
        data={[
          { value: 'looked', label: 'as stated here' },
          { value: 'open', label: 'not looked at yet' },
        ]}
        value={fields.looked}
        onChange={(event) => set({ looked: event.currentTarget.value as WhatIfFields['looked'] })}
      />
      {fields.looked === 'looked' && (
        <>
          <TagsInput
            label="Labels"
            acceptValueOnBlur
            value={[...fields.labels]}
            onChange={(labels) => set({ labels })}
          />
          <TagsInput
            label="Findings"
            data={offered.vocabulary.contentTypes.map(({ id }) => id)}
            acceptValueOnBlur
            value={[...fields.findings]}
            onChange={(findings) => set({ findings })}
          />
        </>
      )}
    </Columns>
  );
}

type TextProps = {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
};

function Field({ label, hint, value, onChange }: TextProps) {
  return (
    <TextInput
      label={label}
      {...(hint === undefined ? {} : { placeholder: hint })}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
