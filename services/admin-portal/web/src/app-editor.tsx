// One app: domains, behaviour, sessions.

import type { App, AppDomain } from '@gatehouse/contracts/catalogue';
import {
  ActionIcon,
  Button,
  Checkbox,
  Fieldset,
  Group,
  NativeSelect,
  NumberInput,
  Stack,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { X } from 'lucide-react';
import { DiscoveredDomains } from './discovered-domains.tsx';
import { type FieldsProps, ObjectEditor } from './object-editor.tsx';
import { errorAt, errorWithin } from './problem-view.tsx';
import { TextField } from './text-field.tsx';

const empty: App = {
  id: '',
  name: '',
  domains: [{ host: '', scheme: 'https' }],
  allowPrivate: [],
  enabled: true,
  strictMode: false,
  unassignedUsers: 'direct',
  previewPolicy: 'download',
  idleMinutes: 60,
  absoluteMinutes: 720,
  identityProviders: [],
};

function withPort(domain: AppDomain, port: string | number): AppDomain {
  const { port: _, ...rest } = domain;
  return port === '' ? rest : { ...rest, port: Number(port) };
}

function Domains({ value, problem, onChange }: FieldsProps<App>) {
  const set = (at: number, next: AppDomain) =>
    onChange({ ...value, domains: value.domains.map((domain, index) => (index === at ? next : domain)) });
  return (
    <Fieldset legend="Domains" data-field="domains">
      <Stack gap="xs">
        <Text size="sm">
          Required: pages call this host in the background, so it gets its own ticket before the app opens.
        </Text>
        {value.domains.map((domain, index) => {
          const path = `domains[${index}]`;
          return (
            <Group key={path} align="flex-start" gap="xs">
              <NativeSelect
                aria-label={`Domain ${index + 1} scheme`}
                data={['https', 'http']}
                value={domain.scheme}
                onChange={(event) =>
                  set(index, { ...domain, scheme: event.currentTarget.value as AppDomain['scheme'] })
                }
              />
              <TextInput
                aria-label={`Domain ${index + 1} host`}
                placeholder="box.example.com"
                data-field={`${path}.host`}
                error={errorAt(problem, `${path}.host`)}
                value={domain.host}
                onChange={(event) => set(index, { ...domain, host: event.currentTarget.value.trim().toLowerCase() })}
              />
              <NumberInput
                aria-label={`Domain ${index + 1} port`}
                placeholder="Port"
                data-field={`${path}.port`}
                error={errorAt(problem, `${path}.port`)}
                w={110}
                value={domain.port ?? ''}
                onChange={(port) => set(index, withPort(domain, port))}
              />
              <Checkbox
                label="Required"
                aria-label={`Domain ${index + 1} required`}
                title="Pages call it in the background: it gets its own ticket before the app opens"
                mt={8}
                checked={domain.required === true}
                onChange={(event) => set(index, { ...domain, required: event.currentTarget.checked })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Remove domain ${index + 1}`}
                onClick={() => onChange({ ...value, domains: value.domains.filter((_, other) => other !== index) })}
              >
                <X size={16} />
              </ActionIcon>
            </Group>
          );
        })}
        <Button
          size="xs"
          variant="default"
          w="fit-content"
          onClick={() => onChange({ ...value, domains: [...value.domains, { host: '', scheme: 'https' }] })}
        >
          Add domain
        </Button>
      </Stack>
    </Fieldset>
  );
}

function Behaviour({ value, problem, onChange }: FieldsProps<App>) {
  const setDefault = (behaviour: string) => {
    const { defaultBehaviour: _, ...rest } = value;
    onChange(behaviour === '' ? rest : { ...rest, defaultBehaviour: behaviour as 'block' | 'allow' });
  };
  return (
    <>
      <NativeSelect
        label="When Gatehouse cannot decide"
        data={[{ value: '', label: 'as in the settings' }, 'block', 'allow']}
        value={value.defaultBehaviour ?? ''}
        onChange={(event) => setDefault(event.currentTarget.value)}
      />
      <NativeSelect
        label="Users without assignment"
        data={[
          { value: 'direct', label: 'reach the app directly' },
          { value: 'refuse', label: 'are refused' },
        ]}
        value={value.unassignedUsers}
        onChange={(event) => onChange({ ...value, unassignedUsers: event.currentTarget.value as 'direct' | 'refuse' })}
      />
      <NativeSelect
        label="Inline view counts as"
        data={['download', 'view']}
        value={value.previewPolicy}
        onChange={(event) => onChange({ ...value, previewPolicy: event.currentTarget.value as 'download' | 'view' })}
      />
      <Checkbox
        label="Enabled"
        checked={value.enabled}
        onChange={(event) => onChange({ ...value, enabled: event.currentTarget.checked })}
      />
      <Checkbox
        label="Strict mode: block what should have been scanned and was not"
        checked={value.strictMode}
        onChange={(event) => onChange({ ...value, strictMode: event.currentTarget.checked })}
      />
      <NumberInput
        label="Idle minutes"
        description="A session without a request for so long ends"
        data-field="idleMinutes"
        error={errorAt(problem, 'idleMinutes')}
        value={value.idleMinutes}
        onChange={(idle) => onChange({ ...value, idleMinutes: Number(idle) })}
      />
      <NumberInput
        label="Session minutes at most"
        description="Up to 20160, 14 days; then a new sign-in"
        data-field="absoluteMinutes"
        error={errorAt(problem, 'absoluteMinutes')}
        value={value.absoluteMinutes}
        onChange={(absolute) => onChange({ ...value, absoluteMinutes: Number(absolute) })}
      />
      <TagsInput
        label="Identity providers"
        description="Ids of those whose users may sign in; empty: all that are enabled"
        data-field="identityProviders"
        error={errorWithin(problem, 'identityProviders')}
        acceptValueOnBlur
        value={value.identityProviders}
        onChange={(identityProviders) => onChange({ ...value, identityProviders })}
      />
      <TagsInput
        label="Private ranges the app may resolve to"
        data-field="allowPrivate"
        error={errorWithin(problem, 'allowPrivate')}
        acceptValueOnBlur
        value={value.allowPrivate}
        onChange={(allowPrivate) => onChange({ ...value, allowPrivate })}
      />
    </>
  );
}

export function AppEditor({ id }: { readonly id: string }) {
  return (
    <ObjectEditor<App> id={id} collection="apps" list="/apps" noun="app" empty={empty}>
      {(props) => (
        <>
          <TextField {...props} name="name" label="Name" />
          <TextInput
            label="Id"
            description="Stands in policies; small letters, digits, dashes"
            data-field="id"
            disabled={!props.isNew}
            error={errorAt(props.problem, 'id')}
            value={props.value.id}
            onChange={(event) => props.onChange({ ...props.value, id: event.currentTarget.value })}
          />
          <Domains {...props} />
          <DiscoveredDomains {...props} />
          <Behaviour {...props} />
        </>
      )}
    </ObjectEditor>
  );
}
