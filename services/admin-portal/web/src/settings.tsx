// What holds for the whole organisation: texts, default behaviour, channels.

import type { Settings as SettingsValue } from '@gatehouse/contracts/catalogue';
import {
  Alert,
  Button,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api, type Problem, problemFrom, type Stored } from './api.ts';
import { errorAt, Loaded, ProblemView, useFocusOnError } from './problem-view.tsx';
import { setUnsaved } from './router.tsx';
import { Screen, saved } from './screen.tsx';

type FieldsProps = {
  readonly value: SettingsValue;
  readonly defaults: SettingsValue;
  readonly problem: Problem | undefined;
  readonly onChange: (value: SettingsValue) => void;
};

function Texts({ value, defaults, problem, onChange }: FieldsProps) {
  const { monitoredNotice: notice } = value;
  const setNotice = (next: Partial<SettingsValue['monitoredNotice']>) =>
    onChange({ ...value, monitoredNotice: { ...notice, ...next } });
  const resetTexts = () => {
    const { monitoredNotice, blockMessage, accessBlockMessage } = defaults;
    onChange({ ...value, monitoredNotice, blockMessage, accessBlockMessage });
  };
  return (
    <Fieldset legend="Notice and messages">
      <Stack>
        <Switch
          label="Show the monitored notice"
          checked={notice.enabled}
          onChange={(event) => setNotice({ enabled: event.currentTarget.checked })}
        />
        <TextInput
          label="Notice title"
          data-field="monitoredNotice.title"
          error={errorAt(problem, 'monitoredNotice.title')}
          value={notice.title}
          onChange={(event) => setNotice({ title: event.currentTarget.value })}
        />
        <Textarea
          label="Notice text"
          data-field="monitoredNotice.text"
          error={errorAt(problem, 'monitoredNotice.text')}
          value={notice.text}
          onChange={(event) => setNotice({ text: event.currentTarget.value })}
        />
        <Textarea
          label="Block message for downloads"
          data-field="blockMessage"
          error={errorAt(problem, 'blockMessage')}
          value={value.blockMessage}
          onChange={(event) => onChange({ ...value, blockMessage: event.currentTarget.value })}
        />
        <Textarea
          label="Block message for access"
          data-field="accessBlockMessage"
          error={errorAt(problem, 'accessBlockMessage')}
          value={value.accessBlockMessage}
          onChange={(event) => onChange({ ...value, accessBlockMessage: event.currentTarget.value })}
        />
        <Button size="xs" variant="default" w="fit-content" onClick={resetTexts}>
          Reset texts to their defaults
        </Button>
      </Stack>
    </Fieldset>
  );
}

function General({ value, defaults, problem, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Organisation"
        data-field="organisation"
        error={errorAt(problem, 'organisation')}
        value={value.organisation}
        onChange={(event) => onChange({ ...value, organisation: event.currentTarget.value })}
      />
      <TextInput
        label="Support contact"
        value={value.supportContact}
        onChange={(event) => onChange({ ...value, supportContact: event.currentTarget.value })}
      />
      <NativeSelect
        label="Default behaviour"
        description={`When Gatehouse cannot decide. Default: ${defaults.defaultBehaviour}`}
        data={['block', 'allow']}
        value={value.defaultBehaviour}
        onChange={(event) => onChange({ ...value, defaultBehaviour: event.currentTarget.value as 'block' | 'allow' })}
      />
      <NativeSelect
        label="Unknown domains"
        description={`Default: ${defaults.unknownDomainMode}`}
        data={['enforce', 'monitor', 'block']}
        value={value.unknownDomainMode}
        onChange={(event) =>
          onChange({ ...value, unknownDomainMode: event.currentTarget.value as SettingsValue['unknownDomainMode'] })
        }
      />
      <NumberInput
        label="Minutes until a session cookie is renewed"
        description={`Default: ${defaults.ticketRotationMinutes}; a copied cookie works no longer than this`}
        data-field="ticketRotationMinutes"
        error={errorAt(problem, 'ticketRotationMinutes')}
        value={value.ticketRotationMinutes}
        onChange={(minutes) => onChange({ ...value, ticketRotationMinutes: Number(minutes) })}
      />
      <NumberInput
        label="Largest file to scan (bytes)"
        description={`Default: ${defaults.maxFileBytes}`}
        data-field="maxFileBytes"
        error={errorAt(problem, 'maxFileBytes')}
        value={value.maxFileBytes}
        onChange={(bytes) => onChange({ ...value, maxFileBytes: Number(bytes) })}
      />
    </>
  );
}

function ChannelTest({ channel, label }: { readonly channel: 'email' | 'sms'; readonly label: string }) {
  const [recipient, setRecipient] = useState('');
  const test = useMutation({
    mutationFn: () => api<{ ok: boolean; answer: string }>('POST', '/channels/test', { body: { channel, recipient } }),
  });
  const problem = problemFrom(test.error);
  return (
    <Stack gap="xs">
      <Group align="flex-end">
        <TextInput
          label={`${label} recipient`}
          error={errorAt(problem, 'recipient')}
          value={recipient}
          onChange={(event) => setRecipient(event.currentTarget.value)}
        />
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Send test {label}
        </Button>
      </Group>
      <ProblemView problem={problem} />
      {test.data !== undefined && (
        <Alert role="status" color={test.data.ok ? 'green' : 'red'} title={test.data.ok ? 'Sent' : 'Not sent'}>
          {test.data.answer}
        </Alert>
      )}
    </Stack>
  );
}

type FormProps = {
  readonly stored: Stored<SettingsValue>;
  readonly defaults: SettingsValue;
  readonly onReload: () => void;
};

function Form({ stored, defaults, onReload }: FormProps) {
  const client = useQueryClient();
  const [value, setValue] = useState(stored.value);
  const save = useMutation({
    mutationFn: (overwrite: boolean) =>
      api('PUT', '/settings', { body: value, version: overwrite ? '*' : stored.version }),
    onSuccess: async () => {
      setUnsaved(false);
      saved('The settings were saved.');
      await client.invalidateQueries({ queryKey: ['settings'] });
    },
  });
  const problem = problemFrom(save.error);
  useFocusOnError(problem);
  useEffect(() => () => setUnsaved(false), []);
  const onChange = (next: SettingsValue) => {
    setUnsaved(true);
    setValue(next);
  };
  return (
    <Stack maw={720}>
      <ProblemView problem={problem} onReload={onReload} onOverwrite={() => save.mutate(true)} />
      <General value={value} defaults={defaults} problem={problem} onChange={onChange} />
      <Texts value={value} defaults={defaults} problem={problem} onChange={onChange} />
      <Button w="fit-content" loading={save.isPending} onClick={() => save.mutate(false)}>
        Save
      </Button>
    </Stack>
  );
}

export function Settings() {
  const query = useQuery({
    queryKey: ['settings'],
    queryFn: async () => {
      const [stored, defaults] = await Promise.all([
        api<Stored<SettingsValue>>('GET', '/settings'),
        api<SettingsValue>('GET', '/settings/defaults'),
      ]);
      return { stored, defaults };
    },
    refetchOnWindowFocus: false,
  });
  return (
    <Screen title="Settings">
      <Loaded query={query}>
        {(data) => <Form key={data.stored.version} {...data} onReload={() => query.refetch()} />}
      </Loaded>
      <Fieldset legend="Channels" maw={720}>
        <ChannelTest channel="email" label="e-mail" />
        <ChannelTest channel="sms" label="SMS" />
      </Fieldset>
    </Screen>
  );
}
