// Entering: the first administrator by one-time token, and everyone by password.
import { Button, Center, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, type Me, problemFrom, setCsrfToken } from './api.ts';
import { errorAt, ProblemView, useFocusOnError } from './problem-view.tsx';
import { navigate, useUrl } from './router.tsx';

type Credentials = { readonly email: string; readonly password: string };

type EntranceProps = {
  readonly title: string;
  readonly hint?: string;
  readonly button: string;
  readonly newPassword: boolean;
  readonly enter: (credentials: Credentials) => Promise<Me>;
};

function Entrance({ title, hint, button, newPassword, enter }: EntranceProps) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const entering = useMutation({
    mutationFn: () => enter({ email, password }),
    onSuccess: (me) => {
      setCsrfToken(me.csrfToken);
      client.setQueryData(['me'], me);
      const { pathname } = window.location;
      if (pathname === '/login' || pathname === '/setup') navigate('/', { replace: true });
    },
  });
  const problem = problemFrom(entering.error);
  useFocusOnError(problem);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    entering.mutate();
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder p="lg" w={380}>
        <form onSubmit={submit}>
          <Stack>
            <Title order={1} size="h3">
              {title}
            </Title>
            {hint !== undefined && <Text size="sm">{hint}</Text>}
            <ProblemView problem={problem} />
            <TextInput
              label="E-mail"
              type="email"
              required
              withAsterisk={false}
              autoComplete="username"
              data-field="email"
              error={errorAt(problem, 'email')}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <TextInput
              label="Password"
              type="password"
              required
              withAsterisk={false}
              autoComplete={newPassword ? 'new-password' : 'current-password'}
              {...(newPassword ? { description: 'At least 12 characters' } : {})}
              data-field="password"
              error={errorAt(problem, 'password')}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
            />
            <Button type="submit" loading={entering.isPending}>
              {button}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  );
}

export function SetUp() {
  const token = useUrl().searchParams.get('token') ?? '';
  const state = useQuery({ queryKey: ['setup'], queryFn: () => api<{ needed: boolean }>('GET', '/setup') });
  if (state.data?.needed === false) return <Login />;
  return (
    <Entrance
      title="Set up Gatehouse"
      hint={
        token === ''
          ? 'Open the one-time link from the log of the portal: it carries the token that this page needs.'
          : 'Create the first administrator. The link works once.'
      }
      button="Create administrator"
      newPassword
      enter={(credentials) => api<Me>('POST', '/setup', { body: { token, ...credentials } })}
    />
  );
}

export function Login() {
  return (
    <Entrance
      title="Sign in to Gatehouse"
      button="Sign in"
      newPassword={false}
      enter={(credentials) => api<Me>('POST', '/login', { body: credentials })}
    />
  );
}
