// API tokens: made here, shown once, revoked at once.
import {
  ActionIcon,
  Alert,
  Badge,
  Button,
  Code,
  CopyButton,
  Group,
  NativeSelect,
  Stack,
  Table,
  Text,
  TextInput,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Check, Copy } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api, problemFrom } from './api.ts';
import { errorAt, Loaded, ProblemView } from './problem-view.tsx';
import { ConfirmButton, Empty, Screen, saved, Time } from './screen.tsx';

type Token = {
  readonly id: string;
  readonly name: string;
  readonly scope: 'read' | 'write';
  readonly owner: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt?: string;
};
type NewToken = Token & { readonly secret: string };

const lifetimes = [
  { value: '7', label: '7 days' },
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: '1 year' },
];

function Secret({ token, onDone }: { readonly token: NewToken; readonly onDone: () => void }) {
  return (
    <Alert color="green" title={`Copy the token “${token.name}” now: it is not shown again`}>
      <Group wrap="nowrap" align="center">
        <Code style={{ wordBreak: 'break-all' }}>{token.secret}</Code>
        <CopyButton value={token.secret}>
          {({ copied, copy }) => (
            <ActionIcon variant="default" size="lg" onClick={copy} aria-label={copied ? 'Copied' : 'Copy the token'}>
              {copied ? <Check size={16} /> : <Copy size={16} />}
            </ActionIcon>
          )}
        </CopyButton>
      </Group>
      <Text size="sm" mt="xs">
        Use it as GATEHOUSE_TOKEN, or in the header “Authorization: Bearer …”.
      </Text>
      <Button size="xs" mt="xs" variant="default" onClick={onDone}>
        I have stored it
      </Button>
    </Alert>
  );
}

function NewTokenForm({ onMade }: { readonly onMade: (token: NewToken) => void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState('read');
  const [days, setDays] = useState('90');
  const make = useMutation({
    mutationFn: () => api<NewToken>('POST', '/tokens', { body: { name, scope, days: Number(days) } }),
    onSuccess: (token) => {
      setName('');
      onMade(token);
    },
  });
  const problem = problemFrom(make.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="xs">
        <ProblemView problem={problem} />
        <Group align="flex-end">
          <TextInput
            label="Name"
            placeholder="policy pipeline"
            data-field="name"
            error={errorAt(problem, 'name')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            label="Scope"
            data-field="scope"
            error={errorAt(problem, 'scope')}
            data={[
              { value: 'read', label: 'Read: plan, export, explain' },
              { value: 'write', label: 'Write: also apply' },
            ]}
            value={scope}
            onChange={(event) => setScope(event.currentTarget.value)}
          />
          <NativeSelect
            label="Valid for"
            data={lifetimes}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <Button type="submit" loading={make.isPending}>
            Make token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function TokenRow({ token, onRevoke }: { readonly token: Token; readonly onRevoke: () => void }) {
  const expired = Date.parse(token.expiresAt) < Date.now();
  return (
    <Table.Tr>
      <Table.Td>{token.name}</Table.Td>
      <Table.Td>{token.scope}</Table.Td>
      <Table.Td>{token.owner}</Table.Td>
      <Table.Td>
        {expired && (
          <Badge color="gray" mr="xs">
            Expired
          </Badge>
        )}
        <Time at={token.expiresAt} />
      </Table.Td>
      <Table.Td>{token.lastUsedAt === undefined ? 'never' : <Time at={token.lastUsedAt} />}</Table.Td>
      <Table.Td>
        <ConfirmButton
          label="Revoke"
          ariaLabel={`Revoke ${token.name}`}
          question={`Revoke “${token.name}”? Whatever uses it stops at once.`}
          confirm="Revoke token"
          onConfirm={onRevoke}
        />
      </Table.Td>
    </Table.Tr>
  );
}

export function ApiTokens() {
  const client = useQueryClient();
  const [made, setMade] = useState<NewToken>();
  const query = useQuery({ queryKey: ['tokens'], queryFn: () => api<{ tokens: Token[] }>('GET', '/tokens') });
  const refresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const revoke = useMutation({
    mutationFn: (id: string) => api('DELETE', `/tokens/${id}`),
    onSuccess: () => saved('The token was revoked.'),
    onSettled: refresh,
  });
  return (
    <Screen title="API tokens">
      <Text size="sm">
        For the command line and for pipelines. A token acts as you, with the role operator at most.
      </Text>
      {made !== undefined && <Secret token={made} onDone={() => setMade(undefined)} />}
      <NewTokenForm
        onMade={(token) => {
          setMade(token);
          void refresh();
        }}
      />
      <ProblemView problem={problemFrom(revoke.error)} />
      <Loaded query={query}>
        {({ tokens }) =>
          tokens.length === 0 ? (
            <Empty>No tokens yet. Name one above to make it.</Empty>
          ) : (
            <Table.ScrollContainer minWidth={720}>
              <Table>
                <Table.Thead>
                  <Table.Tr>
                    {['Name', 'Scope', 'Acts as', 'Expires', 'Last used', 'Change'].map((head) => (
                      <Table.Th key={head}>{head}</Table.Th>
                    ))}
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {tokens.map((token) => (
                    <TokenRow key={token.id} token={token} onRevoke={() => revoke.mutate(token.id)} />
                  ))}
                </Table.Tbody>
              </Table>
            </Table.ScrollContainer>
          )
        }
      </Loaded>
    </Screen>
  );
}
