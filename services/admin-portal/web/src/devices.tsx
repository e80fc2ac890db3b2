// Devices & certificates: authorities with their revocation lists, and a place to try one certificate.

import type { DeviceAuthority, RevocationProblem } from '@gatehouse/contracts/device';
import { Alert, Badge, Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, problemFrom } from './api.ts';
import { PemInput } from './device-authority-editor.tsx';
import { ObjectTable } from './object-table.tsx';
import { errorAt, ProblemView } from './problem-view.tsx';
import { Link, navigate } from './router.tsx';
import { Screen, Time } from './screen.tsx';

type State = {
  readonly id: string;
  readonly subject: string;
  readonly notAfter: string;
  readonly crl: {
    readonly state: 'none' | 'waiting' | 'current' | 'expired';
    readonly checkedAt?: string;
    readonly nextUpdate?: string;
    readonly revoked?: number;
    readonly problem?: RevocationProblem;
  };
};

const problems: Readonly<Record<RevocationProblem, string>> = {
  unreachable: 'the endpoint does not answer',
  tooLarge: 'the list is larger than 4 MiB',
  malformed: 'what came is no complete revocation list',
  badSignature: 'the list is not signed by this authority',
  wrongIssuer: 'the list is of another authority',
  notYetValid: 'the list is of the future: check the clocks',
  expired: 'the endpoint gives a list that has expired',
  older: 'the endpoint gives an older list than before',
};

const hoursLeft = (at: string) => Math.floor((Date.parse(at) - Date.now()) / 3600_000);

function CrlState({ crl, required }: { readonly crl: State['crl']; readonly required: boolean }) {
  const { state, nextUpdate, problem, revoked } = crl;
  const ends = nextUpdate !== undefined && state === 'current' ? hoursLeft(nextUpdate) : undefined;
  const bad = state === 'expired' || state === 'waiting' || (state === 'none' && required);
  const soon = ends !== undefined && ends < 72;
  const words = { none: 'no list', waiting: 'no list yet', current: 'current', expired: 'expired' }[state];
  return (
    <Stack gap={2} align="flex-start">
      <Badge
        variant="light"
        color={bad ? (required ? 'red' : 'orange') : soon ? 'orange' : state === 'none' ? 'gray' : 'green'}
      >
        {words}
      </Badge>
      {revoked !== undefined && <Text size="xs">{revoked} revoked</Text>}
      {soon && <Text size="xs">ends in {ends} h</Text>}
      {problem !== undefined && <Text size="xs">{problems[problem]}</Text>}
      {bad && required && <Text size="xs">No device of this authority counts as managed.</Text>}
    </Stack>
  );
}

type Checked = {
  readonly tagged: boolean;
  readonly subject: string;
  readonly serial: string;
  readonly authority?: string;
  readonly reason?: string;
  readonly detail?: string;
};

function TryCertificate() {
  const [certificate, setCertificate] = useState('');
  const [user, setUser] = useState('');
  const check = useMutation({
    mutationFn: () =>
      api<Checked>('POST', '/device-authorities/check', { body: { certificate, ...(user === '' ? {} : { user }) } }),
  });
  const problem = problemFrom(check.error);
  const { data } = check;
  return (
    <Fieldset legend="Try a certificate" maw={720}>
      <Stack>
        <PemInput
          label="Client certificate"
          description="PEM; further certificates after it count as what the browser sends along"
          error={errorAt(problem, 'certificate')}
          value={certificate}
          onChange={setCertificate}
        />
        <TextInput
          label="User"
          description="Only where an authority wants the certificate to name the user"
          value={user}
          onChange={(event) => setUser(event.currentTarget.value)}
        />
        <Group>
          <Button
            variant="default"
            loading={check.isPending}
            disabled={certificate === ''}
            onClick={() => check.mutate()}
          >
            Check
          </Button>
        </Group>
        <ProblemView problem={problem} />
        {data !== undefined && (
          <Alert
            role="status"
            color={data.tagged ? 'green' : 'red'}
            title={data.tagged ? 'Tag validClientCertificate: yes' : `Tag validClientCertificate: no (${data.reason})`}
          >
            <Text size="sm">{data.tagged ? `Issued by ${data.authority}.` : `Not accepted: ${data.detail}.`}</Text>
            <Text size="xs">
              {data.subject}, serial {data.serial}
            </Text>
          </Alert>
        )}
      </Stack>
    </Fieldset>
  );
}

export function Devices() {
  const create = <Button onClick={() => navigate('/devices/new')}>New authority</Button>;
  const query = useQuery({
    queryKey: ['device-authorities', 'states'],
    queryFn: () => api<{ states: State[] }>('GET', '/device-authority-states'),
    refetchInterval: 10_000,
  });
  const stateOf = ({ id }: DeviceAuthority) => query.data?.states.find((state) => state.id === id);
  return (
    <Screen title="Devices & certificates" actions={create}>
      <Text size="sm">
        A device counts as managed (tag validClientCertificate) when its browser shows a certificate of one of these
        authorities. Browsers are asked only where a policy on device tags could decide otherwise.
      </Text>
      <ObjectTable<DeviceAuthority>
        collection="device-authorities"
        heads={['Authority', 'Certificate', 'Valid until', 'Revocation list', 'Next update', 'Check', 'State']}
        cells={(authority) => {
          const state = stateOf(authority);
          return [
            <Link key="name" to={`/devices/${authority.id}`}>
              {authority.name}
            </Link>,
            state?.subject ?? '',
            <Time key="until" at={state?.notAfter} />,
            state && <CrlState key="crl" crl={state.crl} required={authority.requireRevocationCheck} />,
            <Time key="next" at={state?.crl.nextUpdate} />,
            authority.requireRevocationCheck ? 'required' : 'if there is a list',
            authority.enabled ? 'in use' : 'off',
          ];
        }}
        empty="No authorities yet. Add the one that issues certificates to your devices."
        create={create}
      />
      <TryCertificate />
    </Screen>
  );
}
