// Onboarded apps, and for whom they go through Gatehouse.

import type { App, Assignment } from '@gatehouse/contracts/catalogue';
import { Button, Title } from '@mantine/core';
import { Bypasses } from './bypasses.tsx';
import { ObjectTable } from './object-table.tsx';
import { Link, navigate } from './router.tsx';
import { Screen } from './screen.tsx';

function whom({ everyone, users, groups }: Assignment): string {
  return everyone ? 'everyone' : [...users, ...groups.map((group) => `group ${group}`)].join(', ');
}

export function Apps() {
  const newApp = <Button onClick={() => navigate('/apps/new')}>New app</Button>;
  const newBypass = (
    <Button variant="default" onClick={() => navigate('/bypasses/new')}>
      New bypass
    </Button>
  );
  const newAssignment = (
    <Button variant="default" onClick={() => navigate('/assignments/new')}>
      New assignment
    </Button>
  );
  return (
    <Screen
      title="Apps"
      actions={
        <>
          {newBypass}
          {newAssignment}
          {newApp}
        </>
      }
    >
      <ObjectTable<App>
        collection="apps"
        heads={['App', 'Id', 'Domains', 'Strict mode', 'State']}
        cells={(app) => [
          <Link key="name" to={`/apps/${app.id}`}>
            {app.name}
          </Link>,
          app.id,
          app.domains.map(({ host }) => host).join(', '),
          app.strictMode ? 'on' : 'off',
          app.enabled ? 'enabled' : 'disabled',
        ]}
        empty="No apps yet. Add the first one."
        create={newApp}
      />
      <Title order={2} size="h3">
        Assignments
      </Title>
      <ObjectTable<Assignment>
        collection="assignments"
        heads={['App', 'For whom', 'Restrictions']}
        cells={(assignment) => [
          <Link key="app" to={`/assignments/${assignment.id}`}>
            {assignment.app}
          </Link>,
          whom(assignment),
          assignment.enforced ? 'enforced by the proxy' : 'off: these users are not proxied',
        ]}
        empty="Nobody is assigned yet: no app goes through Gatehouse."
        create={newAssignment}
      />
      <Title order={2} size="h3">
        Bypasses
      </Title>
      <Bypasses create={newBypass} />
    </Screen>
  );
}
