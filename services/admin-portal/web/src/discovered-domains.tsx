// Hosts an app led to that are in no domain list, each a click away from being one of the app's own.
import type { App, DiscoveredDomain } from '@gatehouse/contracts/catalogue';
import { Button, Fieldset, NativeSelect, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from './api.ts';
import type { FieldsProps } from './object-editor.tsx';
import { Loaded } from './problem-view.tsx';
import { Time } from './screen.tsx';

type Mode = NonNullable<App['unknownDomainMode']>;

const modes: readonly { readonly value: Mode | ''; readonly label: string }[] = [
  { value: '', label: 'as in the settings' },
  { value: 'enforce', label: 'enforce: stop sister hosts and signed links to storage' },
  { value: 'monitor', label: 'monitor: let go, list here' },
  { value: 'block', label: 'block: stop everything outside the list' },
];

function Mode({ value, onChange }: FieldsProps<App>) {
  return (
    <NativeSelect
      label="Where the app leads to hosts outside its domains"
      data-field="unknownDomainMode"
      data={[...modes]}
      value={value.unknownDomainMode ?? ''}
      onChange={({ currentTarget }) => {
        const { unknownDomainMode: _, ...rest } = value;
        onChange(currentTarget.value === '' ? rest : { ...rest, unknownDomainMode: currentTarget.value as Mode });
      }}
    />
  );
}

function Row({ found, onAdd }: { readonly found: DiscoveredDomain; readonly onAdd: (() => void) | undefined }) {
  return (
    <Table.Tr>
      <Table.Td style={{ overflowWrap: 'anywhere' }}>{found.host}</Table.Td>
      <Table.Td>{found.by === 'redirect' ? 'redirect' : 'loaded by a page'}</Table.Td>
      <Table.Td>{found.stopped ? 'stopped' : 'let go'}</Table.Td>
      <Table.Td>
        <Time at={found.lastSeen} />
      </Table.Td>
      <Table.Td>
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Add ${found.host}`}
          disabled={onAdd === undefined}
          onClick={onAdd}
        >
          {onAdd === undefined ? 'Added' : 'Add'}
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}

function Found(props: FieldsProps<App>) {
  const { value, onChange } = props;
  const query = useQuery({
    queryKey: ['apps', 'discovered', value.id],
    queryFn: () =>
      api<{ domains: DiscoveredDomain[] }>('GET', `/apps/${encodeURIComponent(value.id)}/discovered-domains`),
  });
  const add = (host: string) => () => {
    const domains = value.domains.filter((domain) => domain.host !== '');
    onChange({ ...value, domains: [...domains, { host, scheme: domains[0]?.scheme ?? 'https' }] });
  };
  return (
    <Loaded query={query}>
      {({ domains }) =>
        domains.length === 0 ? (
          <Text size="sm">None yet. Hosts appear here when people use the app.</Text>
        ) : (
          <Table.ScrollContainer minWidth={480}>
            <Table aria-label="Discovered domains">
              <Table.Thead>
                <Table.Tr>
                  {['Host', 'Seen as', 'Was', 'Last seen', 'Change'].map((head) => (
                    <Table.Th key={head}>{head}</Table.Th>
                  ))}
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {domains.map((found) => (
                  <Row
                    key={found.host}
                    found={found}
                    onAdd={value.domains.some(({ host }) => host === found.host) ? undefined : add(found.host)}
                  />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )
      }
    </Loaded>
  );
}

export function DiscoveredDomains(props: FieldsProps<App>) {
  return (
    <>
      <Mode {...props} />
      {!props.isNew && (
        <Fieldset legend="Discovered domains">
          <Stack gap="xs">
            <Text size="sm">Added hosts join the domains above and count once you save.</Text>
            <Found {...props} />
          </Stack>
        </Fieldset>
      )}
    </>
  );
}
