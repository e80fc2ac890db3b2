// Where users sign in: OpenID and SAML providers.
import type { IdentityProvider } from '@gatehouse/contracts/catalogue';
import { Badge, Button } from '@mantine/core';
import { ObjectTable } from './object-table.tsx';
import { Link, navigate } from './router.tsx';
import { Screen } from './screen.tsx';

export function IdentityProviders() {
  const create = <Button onClick={() => navigate('/identity-providers/new')}>New identity provider</Button>;
  return (
    <Screen title="Identity providers" actions={create}>
      <ObjectTable<IdentityProvider>
        collection="identity-providers"
        heads={['Identity provider', 'Protocol', 'Issuer', 'E-mail domains', 'State']}
        cells={(provider) => [
          <Link key="name" to={`/identity-providers/${provider.id}`}>
            {provider.name}
          </Link>,
          provider.type === 'saml' ? 'SAML 2.0' : 'OpenID Connect',
          provider.issuer,
          provider.emailDomains.join(', '),
          <Badge key="state" variant="light" color={provider.enabled ? 'green' : 'gray'}>
            {provider.enabled ? 'enabled' : 'disabled'}
          </Badge>,
        ]}
        empty="No identity provider yet. Connect one so that users can sign in."
        create={create}
      />
    </Screen>
  );
}
