// Which programs the embedded world runs, and the variables each is given: its own secrets only.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@gatehouse/testkit/free-port';
import type { Ports } from './world-ports.ts';
import type { DatabaseRole, SecretFiles, WorldSecrets } from './world-secrets.ts';
import { idpIssuer, realOrigins } from './world-seed.ts';

export type Environment = Readonly<Record<string, string>>;
export type Program = {
  readonly name: string;
  readonly environment: Environment;
  /** Where readiness is asked: `/readyz` of services, an open port of the demo's programs. */
  readonly healthPort?: number;
  readonly openPort?: number;
};

export type WorldParts = {
  readonly stateFolder: string;
  readonly ports: Ports;
  readonly natsPort: number;
  readonly postgresPort: number;
  readonly secrets: WorldSecrets;
  readonly files: SecretFiles;
  readonly seedFile: string;
  readonly logLevel: string;
  /** How the demo's people sign in. */
  readonly signIn: SignInWay;
};
export type SignInWay = 'oidc' | 'saml';

export const suffix = 'gatehouse.localhost';

export const loginOrigins = (ports: Ports) => [
  `http://login.${suffix}:${ports.edgeHttp}`,
  `https://login.${suffix}:${ports.edgeHttps}`,
];
export const portalOrigin = (ports: Ports) => `http://portal.${suffix}:${ports.portal}`;
export const firstAdminFile = (stateFolder: string) => join(stateFolder, 'first-admin-link');

export function databaseUrl({ secrets, postgresPort }: WorldParts, role: DatabaseRole): string {
  return `postgres://${role}:${secrets.databases[role]}@127.0.0.1:${postgresPort}/postgres`;
}

export function natsAccess({ secrets, natsPort }: WorldParts, user: string): Environment {
  return { NATS_URL: `nats://127.0.0.1:${natsPort}`, NATS_USER: user, NATS_PASSWORD: secrets.nats[user] ?? '' };
}

/** The one-shot that migrates and makes streams. */
export function provisionEnvironment(parts: WorldParts): Environment {
  const owners = ['portal', 'sessions', 'activity', 'alerts', 'keys'] as const;
  const urls = owners.map((role) => [`${role.toUpperCase()}_DATABASE_URL`, databaseUrl(parts, role)]);
  return { ...natsAccess(parts, 'provision'), ...Object.fromEntries(urls) };
}

/** The identity provider, the apps, inbox and phone of the demo. */
export function demoPrograms({ ports, secrets, signIn }: WorldParts): Program[] {
  const origins = realOrigins(ports);
  const redirectUris = loginOrigins(ports).map((origin) => `${origin}/callback/demo-idp`);
  const clients = [{ clientId: 'gatehouse', clientSecret: secrets.idpClient, redirectUris }];
  const apps = (['files', 'crm'] as const).map((id) => ({
    id,
    name: id === 'files' ? 'Acme Files' : 'Acme CRM',
    kind: id,
    port: ports[id],
    publicOrigin: origins[id],
    clientId: id,
    clientSecret: secrets.apps[id],
    auth: signIn,
  }));
  const acsUrls = loginOrigins(ports).map((origin) => `${origin}/saml/acs`);
  const serviceProviders = [{ entityId: `${loginOrigins(ports)[0]}/saml/metadata`, acsUrls }];
  const catchers = { SMTP_PORT: ports.smtp, MAIL_WEB_PORT: ports.mailWeb, SMS_PORT: ports.smsWeb };
  return [
    {
      name: 'demo-catchers',
      environment: Object.fromEntries(Object.entries(catchers).map(([name, port]) => [name, String(port)])),
      openPort: ports.smsWeb,
    },
    {
      name: 'demo-idp',
      environment: {
        IDP_PORT: String(ports.idp),
        IDP_ISSUER: idpIssuer(ports),
        CLIENTS: JSON.stringify(clients),
        SERVICE_PROVIDERS: JSON.stringify(serviceProviders),
        SAML_KEY: secrets.pem.idpSamlKey,
      },
      openPort: ports.idp,
    },
    {
      name: 'demo-app',
      environment: { APPS: JSON.stringify(apps), ISSUER: loginOrigins(ports)[0] ?? '', ALLOW_LOCALHOST: 'true' },
      openPort: ports.crm,
    },
  ];
}

/** The nine services. */
export async function servicePrograms(parts: WorldParts): Promise<Program[]> {
  const signInPort = await freePort();
  const keyAccessPort = await freePort();
  const environments: Readonly<Record<string, Environment>> = {
    'policy-decision': {
      DATABASE_URL: databaseUrl(parts, 'pdp'),
      SNAPSHOT_SIGNING_KEY_FILE: parts.files.snapshotKey,
    },
    'admin-portal': portalEnvironment(parts),
    'activity-log': { DATABASE_URL: databaseUrl(parts, 'activity') },
    'alert-notifier': notifierEnvironment(parts),
    'dlp-scanner': {},
    labeler: {},
    'key-access': { DATABASE_URL: databaseUrl(parts, 'keys'), PORT: String(keyAccessPort) },
    'sign-in': signInEnvironment(parts, signInPort),
    'proxy-edge': edgeEnvironment(parts, signInPort),
  };
  return Promise.all(
    Object.entries(environments).map(async ([name, own]) => {
      const healthPort = await freePort();
      const base = { ...natsAccess(parts, name), HEALTH_PORT: String(healthPort), LOG_LEVEL: parts.logLevel };
      return { name, environment: { ...base, ...own }, healthPort };
    }),
  );
}

function portalEnvironment(parts: WorldParts): Environment {
  return {
    DATABASE_URL: databaseUrl(parts, 'portal'),
    PORT: String(parts.ports.portal),
    PUBLIC_ORIGINS: portalOrigin(parts.ports),
    SUFFIX: suffix,
    SEED_FILE: parts.seedFile,
    FIRST_ADMIN_FILE: firstAdminFile(parts.stateFolder),
  };
}

function notifierEnvironment(parts: WorldParts): Environment {
  return {
    DATABASE_URL: databaseUrl(parts, 'alerts'),
    PORTAL_URL: portalOrigin(parts.ports),
    SNAPSHOT_PUBLIC_KEY_FILE: parts.files.snapshotPublicKey,
    ALERT_LINK_SECRET: parts.secrets.alertLink,
    SMTP_URL: `smtp://127.0.0.1:${parts.ports.smtp}`,
    MAIL_FROM: `Gatehouse <gatehouse@${suffix}>`,
    TWILIO_ACCOUNT_SID: parts.secrets.twilioSid,
    TWILIO_AUTH_TOKEN: parts.secrets.twilioToken,
    TWILIO_FROM: '+12025550123',
    TWILIO_BASE_URL: `http://127.0.0.1:${parts.ports.smsWeb}`,
  };
}

function signInEnvironment(parts: WorldParts, port: number): Environment {
  return {
    DATABASE_URL: databaseUrl(parts, 'sessions'),
    PORT: String(port),
    SUFFIX: suffix,
    LOGIN_ORIGINS: loginOrigins(parts.ports).join(','),
    BROKER_KEY_FILE: parts.files.brokerKey,
    SAML_KEY_FILE: parts.files.samlKey,
    SNAPSHOT_PUBLIC_KEY_FILE: parts.files.snapshotPublicKey,
    IDP_SECRET_DEMO_IDP: parts.secrets.idpClient,
    ALLOW_LOCALHOST: 'true',
  };
}

function edgeEnvironment(parts: WorldParts, signInPort: number): Environment {
  const spool = join(parts.stateFolder, 'spool');
  mkdirSync(spool, { recursive: true, mode: 0o700 });
  return {
    SUFFIX: suffix,
    HTTP_PORT: String(parts.ports.edgeHttp),
    HTTPS_PORT: String(parts.ports.edgeHttps),
    LISTEN_HOST: '127.0.0.1',
    SIGN_IN_URL: `http://127.0.0.1:${signInPort}`,
    CA_CERT_FILE: parts.files.caCertificate,
    CA_KEY_FILE: parts.files.caKey,
    SNAPSHOT_PUBLIC_KEY_FILE: parts.files.snapshotPublicKey,
    SPOOL_DIR: spool,
    ALLOW_LOCALHOST: 'true',
  };
}
