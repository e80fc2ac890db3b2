// One identity provider: its metadata, what its claims mean, and whom it signs in.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { Fieldset, NativeSelect, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { MetadataImport } from './metadata-import.tsx';
import { type FieldsProps, ObjectEditor } from './object-editor.tsx';
import { errorAt, errorWithin } from './problem-view.tsx';
import { ProviderInsight } from './provider-insight.tsx';
import { TextField } from './text-field.tsx';

const empty: IdentityProvider = {
  id: '',
  name: '',
  type: 'saml',
  issuer: '',
  clientId: '',
  clientSecretRef: '',
  claims: { userName: 'email', groups: 'groups', deviceTags: 'device_tags', name: 'name' },
  emailDomains: [],
  enabled: true,
};
type Saml = NonNullable<IdentityProvider['saml']>;
const emptySaml: Saml = { ssoUrl: '', certificates: [], authnContexts: [] };

function OidcFields(props: FieldsProps<IdentityProvider>) {
  return (
    <>
      <TextField {...props} name="issuer" label="Issuer" description="As in its discovery document, https://…" />
      <TextField {...props} name="clientId" label="Client id" />
      <TextField
        {...props}
        name="clientSecretRef"
        label="Client secret, by name"
        description="Name of a secret file of sign-in (IDP_SECRETS_DIR); the value never passes through the portal"
      />
      <NativeSelect
        label="Step-up is asked for by"
        data-field="stepUpBy"
        error={errorAt(props.problem, 'stepUpBy')}
        data={[
          { value: 'acr_values', label: 'acr_values' },
          { value: 'acrs', label: 'acrs in the claims parameter (Entra ID)' },
        ]}
        value={props.value.stepUpBy ?? 'acr_values'}
        onChange={(event) =>
          props.onChange({ ...props.value, stepUpBy: event.currentTarget.value === 'acrs' ? 'acrs' : 'acr_values' })
        }
      />
    </>
  );
}

function withoutEmpty(saml: Saml): Saml {
  const { sloUrl, ...rest } = saml;
  return sloUrl ? saml : rest;
}

function SamlFields(props: FieldsProps<IdentityProvider>) {
  const { value, problem, onChange } = props;
  const saml = value.saml ?? emptySaml;
  const set = (change: Partial<Saml>) => onChange({ ...value, saml: withoutEmpty({ ...saml, ...change }) });
  return (
    <>
      <MetadataImport onRead={({ issuer, saml: read }) => onChange({ ...value, issuer, saml: { ...saml, ...read } })} />
      <TextField {...props} name="issuer" label="Entity ID" description="The provider's own name, letter by letter" />
      <TextInput
        label="Sign-on address"
        description="HTTP-Redirect binding"
        data-field="saml.ssoUrl"
        error={errorAt(problem, 'saml.ssoUrl') ?? errorAt(problem, 'saml')}
        value={saml.ssoUrl}
        onChange={(event) => set({ ssoUrl: event.currentTarget.value })}
      />
      <TextInput
        label="Logout address"
        description="Optional; without it sessions still end, the provider just gets no answer"
        data-field="saml.sloUrl"
        error={errorAt(problem, 'saml.sloUrl')}
        value={saml.sloUrl ?? ''}
        onChange={(event) => set({ sloUrl: event.currentTarget.value })}
      />
      <TagsInput
        label="Signing certificates"
        description="Base64, without the BEGIN and END lines. Two while the provider exchanges its key"
        data-field="saml.certificates"
        error={errorWithin(problem, 'saml.certificates')}
        acceptValueOnBlur
        splitChars={[]}
        value={[...saml.certificates]}
        onChange={(all) => set({ certificates: all.map((one) => one.replaceAll(/-----[^-]+-----|\s/g, '')) })}
        styles={{ pill: { maxWidth: '14rem' } }}
      />
      <TagsInput
        label="Accepted authentication contexts"
        description="Empty: any. Else they are asked for, and every other is refused"
        data-field="saml.authnContexts"
        acceptValueOnBlur
        value={[...saml.authnContexts]}
        onChange={(authnContexts) => set({ authnContexts })}
      />
    </>
  );
}

const claimLabels = {
  userName: ['Sign-in name', 'nameId takes the SAML NameID'],
  name: ['Display name', ''],
  groups: ['Groups', ''],
  deviceTags: ['Device tags', 'Values like compliant, domainJoined or managed'],
} as const;

function ClaimFields({ value, problem, onChange }: FieldsProps<IdentityProvider>) {
  return (
    <Fieldset legend="Which claim or attribute holds">
      <Stack gap="xs">
        {Object.entries(claimLabels).map(([key, [label, description]]) => (
          <TextInput
            key={key}
            label={label}
            description={description || undefined}
            data-field={`claims.${key}`}
            error={errorAt(problem, `claims.${key}`)}
            value={value.claims[key as keyof typeof claimLabels]}
            onChange={(event) => onChange({ ...value, claims: { ...value.claims, [key]: event.currentTarget.value } })}
          />
        ))}
      </Stack>
    </Fieldset>
  );
}

function withType(value: IdentityProvider, type: IdentityProvider['type']): IdentityProvider {
  const { saml, ...rest } = value;
  return type === 'saml' ? { ...rest, type, saml: saml ?? emptySaml } : { ...rest, type };
}

export function IdentityProviderEditor({ id }: { readonly id: string }) {
  return (
    <ObjectEditor<IdentityProvider>
      id={id}
      collection="identity-providers"
      list="/identity-providers"
      noun="identity provider"
      empty={empty}
    >
      {(props) => (
        <>
          <NativeSelect
            label="Protocol"
            data={[
              { value: 'saml', label: 'SAML 2.0' },
              { value: 'oidc', label: 'OpenID Connect' },
            ]}
            disabled={!props.isNew}
            value={props.value.type}
            onChange={(event) =>
              props.onChange(withType(props.value, event.currentTarget.value as IdentityProvider['type']))
            }
          />
          <TextField {...props} name="name" label="Name" description="Users see it where they choose how to sign in" />
          {props.value.type === 'saml' ? <SamlFields {...props} /> : <OidcFields {...props} />}
          <ClaimFields {...props} />
          <TagsInput
            label="E-mail domains"
            description="Users with such an address are sent here when an app has several providers"
            data-field="emailDomains"
            error={errorWithin(props.problem, 'emailDomains')}
            acceptValueOnBlur
            value={props.value.emailDomains}
            onChange={(emailDomains) => props.onChange({ ...props.value, emailDomains })}
          />
          <Switch
            label="Enabled"
            checked={props.value.enabled}
            onChange={(event) => props.onChange({ ...props.value, enabled: event.currentTarget.checked })}
          />
          <ProviderInsight id={id} type={props.value.type} />
        </>
      )}
    </ObjectEditor>
  );
}
