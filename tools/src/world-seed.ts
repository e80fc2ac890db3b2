// What the demo organisation starts with: two apps, its identity provider, an office network and the example policies.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signingKey } from '@gatehouse/demo-idp/saml-idp';
import { parse, stringify } from 'yaml';
import type { Ports } from './world-ports.ts';
import type { SignInWay } from './world-programs.ts';
import type { WorldSecrets } from './world-secrets.ts';

const recipients = { email: ['soc@example.com'], sms: ['+12025550100'] };

/** Real origins of the demo apps, as their users would know them. */
export const realOrigins = (ports: Ports) => ({
  files: `http://files.acme.localhost:${ports.files}`,
  crm: `http://crm.acme.localhost:${ports.crm}`,
});

export const idpIssuer = (ports: Ports) => `http://idp.gatehouse.localhost:${ports.idp}`;

/** Both providers are there; apps name the one that is used, so that nobody has to choose at the first look. */
const providerOf: Readonly<Record<SignInWay, string>> = { oidc: 'demo-idp', saml: 'demo-saml' };

function app(id: 'files' | 'crm', name: string, ports: Ports, secrets: WorldSecrets, signIn: SignInWay) {
  const port = ports[id];
  return {
    id,
    name,
    domains: [{ host: `${id}.acme.localhost`, scheme: 'http', port, connectTo: { host: '127.0.0.1', port } }],
    allowPrivate: ['127.0.0.0/8', '::1/128'],
    oidcClient: {
      clientId: id,
      secretHash: createHash('sha256').update(secrets.apps[id]).digest('hex'),
      redirectUris: [`${realOrigins(ports)[id]}/auth/callback`],
    },
    samlClient: {
      entityId: `${realOrigins(ports)[id]}/auth/saml/metadata`,
      acsUrls: [`${realOrigins(ports)[id]}/auth/saml/acs`],
    },
    identityProviders: [providerOf[signIn]],
  };
}

function policies(folder: string): unknown[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => {
      const policy = parse(readFileSync(join(folder, name), 'utf8')) as { alerts?: { enabled?: boolean } };
      return policy.alerts?.enabled ? { ...policy, alerts: { ...policy.alerts, ...recipients } } : policy;
    });
}

/** Writes the seed file for admin-portal, which applies it to an empty database only. */
export async function writeSeed(
  file: string,
  policyFolder: string,
  { ports, secrets, signIn }: { ports: Ports; secrets: WorldSecrets; signIn: SignInWay },
): Promise<void> {
  const issuer = idpIssuer(ports);
  const { certificate } = await signingKey(secrets.pem.idpSamlKey);
  const seed = {
    settings: { organisation: 'Acme', supportContact: 'it@acme.example' },
    identityProviders: [
      {
        id: 'demo-idp',
        name: 'Acme accounts',
        issuer,
        clientId: 'gatehouse',
        clientSecretRef: 'demo-idp',
      },
      {
        id: 'demo-saml',
        name: 'Acme accounts (SAML)',
        type: 'saml',
        issuer: `${issuer}/saml/metadata`,
        saml: {
          ssoUrl: `${issuer}/saml/sso`,
          sloUrl: `${issuer}/saml/slo`,
          certificates: [certificate.replaceAll(/-----[^-]+-----|\s/g, '')],
        },
      },
    ],
    apps: [app('files', 'Acme Files', ports, secrets, signIn), app('crm', 'Acme CRM', ports, secrets, signIn)],
    assignments: ['files', 'crm'].map((id) => ({ id: `everyone-${id}`, app: id, everyone: true })),
    ipRanges: [{ id: 'corporate', name: 'Offices', cidrs: ['10.1.0.0/16'], category: 'corporate' }],
    policies: policies(policyFolder),
  };
  writeFileSync(file, stringify(seed), { mode: 0o600 });
}
