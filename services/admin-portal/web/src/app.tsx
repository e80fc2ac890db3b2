// Who is signed in decides between entrance and shell; the path decides the screen.
import {
  AppShell,
  Burger,
  Button,
  Group,
  Loader,
  NativeSelect,
  NavLink,
  Text,
  useMantineColorScheme,
} from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import {
  AppWindow,
  Bell,
  ClipboardList,
  FlaskConical,
  Gauge,
  History,
  KeyRound,
  Laptop,
  type LucideIcon,
  Network,
  Settings as SettingsIcon,
  ShieldCheck,
  Users,
} from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { ActivityLog } from './activity-log.tsx';
import { Alerts } from './alerts.tsx';
import { api, type Me, problemFrom, setCsrfToken } from './api.ts';
import { ApiTokens } from './api-tokens.tsx';
import { AppEditor } from './app-editor.tsx';
import { Apps } from './apps.tsx';
import { AssignmentEditor } from './assignment-editor.tsx';
import { Audit } from './audit.tsx';
import { BypassEditor } from './bypass-editor.tsx';
import { BypassBanner } from './bypasses.tsx';
import { DeviceAuthorityEditor } from './device-authority-editor.tsx';
import { Devices } from './devices.tsx';
import { IdentityProviderEditor } from './identity-provider-editor.tsx';
import { IdentityProviders } from './identity-providers.tsx';
import { IpRangeEditor } from './ip-range-editor.tsx';
import { IpRanges } from './ip-ranges.tsx';
import { Overview } from './overview.tsx';
import { Policies } from './policies.tsx';
import { PolicyScreen } from './policy-screen.tsx';
import { ProblemView } from './problem-view.tsx';
import { followLink, Link, useUrl } from './router.tsx';
import { Empty, Screen } from './screen.tsx';
import { Sessions } from './sessions.tsx';
import { Settings } from './settings.tsx';
import { Login, SetUp } from './sign-in.tsx';
import { WhatIf } from './what-if.tsx';

const places: readonly { readonly path: string; readonly label: string; readonly icon: LucideIcon }[] = [
  { path: '/', label: 'Overview', icon: Gauge },
  { path: '/policies', label: 'Policies', icon: ShieldCheck },
  { path: '/what-if', label: 'What-if', icon: FlaskConical },
  { path: '/activity', label: 'Activity log', icon: ClipboardList },
  { path: '/alerts', label: 'Alerts', icon: Bell },
  { path: '/apps', label: 'Apps', icon: AppWindow },
  { path: '/identity-providers', label: 'Identity providers', icon: KeyRound },
  { path: '/ip-ranges', label: 'IP ranges', icon: Network },
  { path: '/devices', label: 'Devices & certificates', icon: Laptop },
  { path: '/sessions', label: 'Sessions', icon: Users },
  { path: '/settings', label: 'Settings', icon: SettingsIcon },
  { path: '/tokens', label: 'API tokens', icon: KeyRound },
  { path: '/audit', label: 'Audit', icon: History },
];

const screens: Record<string, (id: string) => ReactNode> = {
  '': () => <Overview />,
  policies: (id) => (id === '' ? <Policies /> : <PolicyScreen key={id} id={id} />),
  'what-if': () => <WhatIf />,
  activity: () => <ActivityLog />,
  activities: () => <ActivityLog />,
  alerts: () => <Alerts />,
  apps: (id) => (id === '' ? <Apps /> : <AppEditor key={id} id={id} />),
  assignments: (id) => (id === '' ? <Apps /> : <AssignmentEditor key={id} id={id} />),
  bypasses: (id) => (id === '' ? <Apps /> : <BypassEditor key={id} id={id} />),
  'identity-providers': (id) => (id === '' ? <IdentityProviders /> : <IdentityProviderEditor key={id} id={id} />),
  'ip-ranges': (id) => (id === '' ? <IpRanges /> : <IpRangeEditor key={id} id={id} />),
  devices: (id) => (id === '' ? <Devices /> : <DeviceAuthorityEditor key={id} id={id} />),
  sessions: () => <Sessions />,
  settings: () => <Settings />,
  tokens: () => <ApiTokens />,
  audit: () => <Audit />,
  setup: () => <Overview />,
  login: () => <Overview />,
};

function NotFound() {
  return (
    <Screen title="Nothing here">
      <Empty action={<Link to="/">Go to the overview</Link>}>This address belongs to no screen.</Empty>
    </Screen>
  );
}

function ColourScheme() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <NativeSelect
      aria-label="Colour scheme"
      size="xs"
      value={colorScheme}
      onChange={(event) => setColorScheme(event.currentTarget.value as 'auto' | 'light' | 'dark')}
      data={[
        { value: 'auto', label: 'System' },
        { value: 'light', label: 'Light' },
        { value: 'dark', label: 'Dark' },
      ]}
    />
  );
}

function SignOut({ me }: { readonly me: Me }) {
  const client = useQueryClient();
  const leaving = useMutation({
    mutationFn: () => api('POST', '/logout'),
    onSettled: () => client.resetQueries(),
  });
  return (
    <Group gap="xs">
      <Text size="sm" visibleFrom="sm">
        {me.user.email} ({me.user.role})
      </Text>
      <Button size="xs" variant="default" onClick={() => leaving.mutate()}>
        Sign out
      </Button>
    </Group>
  );
}

function Shell({ me }: { readonly me: Me }) {
  const { pathname } = useUrl();
  const [open, setOpen] = useState(false);
  const [, first = '', second = ''] = pathname.split('/');
  const screen = Object.hasOwn(screens, first) ? screens[first] : undefined;
  return (
    <AppShell
      header={{ height: 52 }}
      navbar={{ width: 210, breakpoint: 'sm', collapsed: { mobile: !open } }}
      padding="md"
    >
      <AppShell.Header>
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group wrap="nowrap">
            <Burger hiddenFrom="sm" size="sm" opened={open} onClick={() => setOpen(!open)} aria-label="Navigation" />
            <Text fw={700}>Gatehouse</Text>
          </Group>
          <Group wrap="nowrap" gap="xs">
            <ColourScheme />
            <SignOut me={me} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" aria-label="Screens">
        {places.map(({ path, label, icon: Icon }) => (
          <NavLink
            key={path}
            href={path}
            label={label}
            leftSection={<Icon size={16} aria-hidden />}
            active={`/${first}` === path}
            {...(`/${first}` === path ? { 'aria-current': 'page' as const } : {})}
            onClick={(event) => {
              setOpen(false);
              followLink(event, path);
            }}
          />
        ))}
      </AppShell.Navbar>
      <AppShell.Main>
        <BypassBanner />
        {screen === undefined ? <NotFound /> : screen(decodeURIComponent(second))}
      </AppShell.Main>
    </AppShell>
  );
}

async function readMe(): Promise<Me> {
  const me = await api<Me>('GET', '/me');
  setCsrfToken(me.csrfToken);
  return me;
}

export function App() {
  const { pathname } = useUrl();
  const me = useQuery({ queryKey: ['me'], queryFn: readMe, staleTime: Number.POSITIVE_INFINITY });
  const problem = problemFrom(me.error);
  const signedOut = problem?.status === 401;
  const setup = useQuery({
    queryKey: ['setup'],
    queryFn: () => api<{ needed: boolean }>('GET', '/setup'),
    enabled: signedOut,
  });
  useEffect(() => {
    document.title = 'Gatehouse';
  }, []);
  if (me.data !== undefined && problem === undefined) return <Shell me={me.data} />;
  if (me.isPending) return <Loader m="xl" aria-label="Loading" />;
  if (signedOut) return pathname === '/setup' || setup.data?.needed === true ? <SetUp /> : <Login />;
  return <ProblemView problem={problem} />;
}
