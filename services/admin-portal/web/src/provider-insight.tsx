// What to tell the provider's administrator, how long its certificates last, and what its last sign-in was mapped to.
import { Alert, Badge, Code, CopyButton, Fieldset, Group, Stack, Table, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';

type Fact = { readonly subject: string; readonly notAfter: string; readonly problem?: string };
type Insight = {
  readonly certificates: readonly Fact[];
  readonly lastSignIn?: {
    readonly at: string;
    readonly claims: readonly { readonly name: string; readonly values: readonly string[]; readonly count: number }[];
    readonly mapped: {
      readonly userName: string;
      readonly name: string;
      readonly groups: readonly string[];
      readonly deviceTags: readonly string[];
    };
  };
  readonly saml?: { readonly entityId: string; readonly acsUrl: string; readonly sloUrl: string };
  readonly oidc: { readonly redirectUris: readonly string[]; readonly backChannelLogoutUrl: string };
};

function Copyable({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <Group gap="xs" wrap="wrap">
      <Text size="sm" fw={600}>
        {label}
      </Text>
      <Code style={{ overflowWrap: 'anywhere' }}>{text}</Code>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <UnstyledButton fz="sm" c="blue" mih={24} onClick={copy} aria-label={`Copy ${label}`}>
            {copied ? 'Copied' : 'Copy'}
          </UnstyledButton>
        )}
      </CopyButton>
    </Group>
  );
}

const daysLeft = (notAfter: string) => Math.floor((Date.parse(notAfter) - Date.now()) / 86_400_000);

function Certificates({ all }: { readonly all: readonly Fact[] }) {
  return all.map(({ subject, notAfter, problem }) => {
    const days = daysLeft(notAfter);
    return (
      <Group key={`${subject} ${notAfter}`} gap="xs">
        <Text size="sm">
          {subject || 'Certificate'}, valid until {notAfter.slice(0, 10)}
        </Text>
        <Badge variant="light" color={problem || days < 7 ? 'red' : days < 30 ? 'orange' : 'green'}>
          {problem ?? `${days} days left`}
        </Badge>
      </Group>
    );
  });
}

function LastSignIn({ lastSignIn }: { readonly lastSignIn: Insight['lastSignIn'] }) {
  if (!lastSignIn) return <Text size="sm">Nobody has signed in here yet. Save, then sign in to an app once.</Text>;
  const { mapped, claims, at } = lastSignIn;
  const rows = [
    ['Sign-in name', mapped.userName],
    ['Display name', mapped.name],
    ['Groups', mapped.groups.join(', ')],
    ['Device tags', mapped.deviceTags.join(', ')],
  ] as const;
  return (
    <Stack gap="xs">
      <Text size="sm">{new Date(at).toLocaleString()}; values are shortened.</Text>
      <Table>
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th w="9rem">{label}</Table.Th>
              <Table.Td>{value || <Text c="dimmed">nothing</Text>}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" fw={600}>
        What the provider sent
      </Text>
      {claims.map(({ name, values, count }) => (
        <Text key={name} size="sm" style={{ overflowWrap: 'anywhere' }}>
          <Code>{name}</Code> {values.join(', ')}
          {count > values.length ? ` and ${count - values.length} more` : ''}
        </Text>
      ))}
    </Stack>
  );
}

export function ProviderInsight({ id, type }: { readonly id: string; readonly type: 'oidc' | 'saml' }) {
  const { data, error } = useQuery({
    queryKey: ['identity-providers', 'insight', id],
    queryFn: () => api<Insight>('GET', `/identity-providers/${encodeURIComponent(id)}/insight`),
  });
  if (error) return <Alert color="orange">{error.message}</Alert>;
  if (!data) return null;
  return (
    <>
      <Fieldset legend="Give these to the identity provider">
        <Stack gap="xs">
          {type === 'saml' && data.saml && (
            <>
              <Copyable label="Entity ID and metadata" text={data.saml.entityId} />
              <Copyable label="Reply address (ACS)" text={data.saml.acsUrl} />
              <Copyable label="Logout address" text={data.saml.sloUrl} />
            </>
          )}
          {type === 'saml' && !data.saml && (
            <Alert color="orange">Sign-in has no RSA key for SAML. Set SAML_KEY_FILE and restart it.</Alert>
          )}
          {type === 'oidc' && (
            <>
              {data.oidc.redirectUris.map((uri) => (
                <Copyable key={uri} label="Redirect URI" text={uri} />
              ))}
              <Copyable label="Back-channel logout" text={data.oidc.backChannelLogoutUrl} />
            </>
          )}
        </Stack>
      </Fieldset>
      {data.certificates.length > 0 && (
        <Fieldset legend="Saved certificates">
          <Certificates all={data.certificates} />
        </Fieldset>
      )}
      {id !== 'new' && (
        <Fieldset legend="Last sign-in, as mapped">
          <LastSignIn lastSignIn={data.lastSignIn} />
        </Fieldset>
      )}
    </>
  );
}
