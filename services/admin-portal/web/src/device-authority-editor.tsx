// An authority whose client certificates make a device a managed one.

import type { DeviceAuthority } from '@gatehouse/contracts/device';
import { Button, FileButton, Group, Switch, TagsInput, Textarea, TextInput } from '@mantine/core';
import { ObjectEditor } from './object-editor.tsx';
import { errorAt, errorWithin } from './problem-view.tsx';
import { TextField } from './text-field.tsx';

const empty: DeviceAuthority = {
  id: '',
  name: '',
  certificate: '',
  crlAllowPrivate: [],
  requireRevocationCheck: false,
  requireUserName: false,
  enabled: true,
};

function withUrl({ crlUrl: _, ...rest }: DeviceAuthority, text: string): DeviceAuthority {
  return text === '' ? rest : { ...rest, crlUrl: text };
}

export function DeviceAuthorityEditor({ id }: { readonly id: string }) {
  return (
    <ObjectEditor<DeviceAuthority>
      id={id}
      collection="device-authorities"
      list="/devices"
      noun="authority"
      empty={empty}
    >
      {({ value, problem, onChange }) => (
        <>
          <TextField value={value} problem={problem} onChange={onChange} name="name" label="Name" />
          <PemInput
            label="Certificate"
            description="PEM of this one authority, root or intermediate; never its private key"
            error={errorAt(problem, 'certificate')}
            value={value.certificate}
            onChange={(certificate) => onChange({ ...value, certificate })}
          />
          <TextInput
            label="Revocation list (CRL)"
            description="http or https address where the authority publishes it; empty: none"
            placeholder="http://pki.example.com/devices.crl"
            data-field="crlUrl"
            error={errorAt(problem, 'crlUrl')}
            value={value.crlUrl ?? ''}
            onChange={(event) => onChange(withUrl(value, event.currentTarget.value.trim()))}
          />
          <TagsInput
            label="Private ranges the list may come from"
            description="Only for a server inside your network, like 10.1.0.0/16"
            data-field="crlAllowPrivate"
            error={errorWithin(problem, 'crlAllowPrivate')}
            acceptValueOnBlur
            value={value.crlAllowPrivate}
            onChange={(crlAllowPrivate) => onChange({ ...value, crlAllowPrivate })}
          />
          <Switch
            label="Require revocation check"
            description="Without a current list no certificate of this authority counts"
            checked={value.requireRevocationCheck}
            onChange={(event) => onChange({ ...value, requireRevocationCheck: event.currentTarget.checked })}
          />
          <Switch
            label="Certificate must name the user"
            description="The user's e-mail address has to stand in the certificate"
            checked={value.requireUserName}
            onChange={(event) => onChange({ ...value, requireUserName: event.currentTarget.checked })}
          />
          <Switch
            label="In use"
            checked={value.enabled}
            onChange={(event) => onChange({ ...value, enabled: event.currentTarget.checked })}
          />
        </>
      )}
    </ObjectEditor>
  );
}

type PemProps = {
  readonly label: string;
  readonly description: string;
  readonly error: string | undefined;
  readonly value: string;
  readonly onChange: (pem: string) => void;
};

/** PEM text, pasted or read from a file in the browser. */
export function PemInput({ label, description, error, value, onChange }: PemProps) {
  return (
    <div>
      <Textarea
        label={label}
        description={description}
        placeholder="-----BEGIN CERTIFICATE-----"
        data-field="certificate"
        error={error}
        autosize
        minRows={5}
        maxRows={12}
        spellCheck={false}
        styles={{ input: { fontFamily: 'monospace', fontSize: 12 } }}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <Group mt={6}>
        <FileButton accept=".pem,.crt,.cer,.txt" onChange={(file) => file?.text().then(onChange)}>
          {(props) => (
            <Button size="xs" variant="default" {...props}>
              Read from a file
            </Button>
          )}
        </FileButton>
      </Group>
    </div>
  );
}
