// A real OpenID and SAML provider with four people, so that the demo and the tests need no foreign identity provider.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import type { DemoClient } from './config.ts';
import { loginPage, secondStepPage } from './login-page.ts';
import { page, readBody } from './page.ts';
import { demoCode, demoPassword, devices, type Person, personOf } from './people.ts';
import { newSamlIdp, type SamlIdp, type SamlServiceProvider, submitScript } from './saml-idp.ts';

export type DemoIdp = {
  readonly issuer: string;
  readonly port: number;
  readonly saml: SamlIdp;
  readonly stop: () => Promise<void>;
};
type DeviceByGrant = Map<string, readonly string[]>;
/** Who has given a password and is asked for the second step, by interaction. */
type HalfWay = Map<string, { readonly person: Person; readonly device: string }>;
type Memory = { readonly deviceByGrant: DeviceByGrant; readonly halfWay: HalfWay };

/** Authentication contexts: with a password, and with a second step after it. */
const contexts = { weak: 'pwd', strong: 'mfa' } as const;

/** Starts the provider on loopback. Port 0 takes a free one; `issuer` may be a function of the port. */
export async function startDemoIdp(options: {
  port: number;
  issuer: string | ((port: number) => string);
  clients: readonly DemoClient[];
  serviceProviders?: readonly SamlServiceProvider[];
  /** PKCS#8 PEM of the SAML key. */
  samlKey?: string | undefined;
}): Promise<DemoIdp> {
  const server = createServer();
  const port = await listen(server, options.port);
  const issuer = typeof options.issuer === 'string' ? options.issuer : options.issuer(port);
  const memory: Memory = { deviceByGrant: new Map(), halfWay: new Map() };
  const provider = newProvider(issuer, options.clients, memory.deviceByGrant);
  const oidc = provider.callback();
  const saml = await newSamlIdp({
    origin: new URL(issuer).origin,
    serviceProviders: options.serviceProviders ?? [],
    key: options.samlKey,
  });
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/saml/')) return void serveSaml(saml, request, response);
    if (!request.url?.startsWith('/interaction/')) return oidc(request, response);
    interact(provider, memory, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
      response.end('This sign-in has expired. Start again from the app.');
    });
  });
  return { issuer, port, saml, stop: () => stop(server) };
}

async function serveSaml(saml: SamlIdp, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    if (request.url === '/saml/submit.js')
      return void response.writeHead(200, { 'content-type': 'text/javascript' }).end(submitScript);
    if (!(await saml.handle(request, response))) response.writeHead(404).end();
  } catch {
    if (!response.headersSent) response.writeHead(400, { 'content-type': 'text/plain' });
    response.end('This sign-in request is not valid. Start again from the app.');
  }
}

function newProvider(issuer: string, clients: readonly DemoClient[], deviceByGrant: DeviceByGrant): Provider {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return new Provider(issuer, {
    clients: clients.map((client) => ({
      client_id: client.clientId,
      client_secret: client.clientSecret,
      redirect_uris: client.redirectUris,
      grant_types: ['authorization_code'],
      response_types: ['code'],
    })),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'demo', use: 'sig', alg: 'RS256' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    acrValues: Object.values(contexts),
    claims: {
      openid: ['sub', 'email', 'email_verified', 'name', 'groups', 'device_tags', 'acr', 'amr', 'auth_time'],
      email: [],
      profile: [],
    },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
    findAccount: (_context: unknown, id: string, token?: { grantId?: string }) =>
      accountOf(id, deviceByGrant.get(token?.grantId ?? '')),
    ttl: {
      Session: 12 * 3600,
      Grant: 12 * 3600,
      Interaction: 3600,
      AuthorizationCode: 60,
      AccessToken: 900,
      IdToken: 300,
    },
  });
}

function accountOf(id: string, deviceTags: readonly string[] = []) {
  const person = personOf(id);
  if (!person) return undefined;
  const claims = { sub: id, email_verified: true, ...person, device_tags: deviceTags };
  return { accountId: id, claims: async () => claims };
}

async function interact(
  provider: Provider,
  memory: Memory,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { params, uid } = await provider.interactionDetails(request, response);
  const action = request.url ?? '';
  if (request.method !== 'POST') return page(response, loginPage(action, false));
  const form = new URLSearchParams(await readBody(request));
  const half = memory.halfWay.get(uid);
  if (half && form.has('second')) {
    const strong = form.get('second') === 'code';
    if (strong && form.get('code') !== demoCode) return page(response, secondStepPage(action, true));
    memory.halfWay.delete(uid);
    return finish(provider, memory, request, response, { ...half, clientId: String(params.client_id), strong });
  }
  const person = personOf(form.get('login') ?? '');
  if (!person || form.get('password') !== demoPassword) return page(response, loginPage(action, true));
  const device = form.get('device') ?? '';
  const wanted = String(params.acr_values ?? '').split(' ');
  if (wanted.includes(contexts.strong)) {
    memory.halfWay.set(uid, { person, device });
    return page(response, secondStepPage(action, false));
  }
  return finish(provider, memory, request, response, {
    ...{ person, device, strong: false },
    clientId: String(params.client_id),
  });
}

type Login = { readonly person: Person; readonly device: string; readonly clientId: string; readonly strong: boolean };

async function finish(
  provider: Provider,
  { deviceByGrant }: Memory,
  request: IncomingMessage,
  response: ServerResponse,
  { person, device, clientId, strong }: Login,
): Promise<void> {
  const { params } = await provider.interactionDetails(request, response);
  const grant = new provider.Grant({ accountId: person.email, clientId });
  grant.addOIDCScope(String(params.scope));
  const grantId = await grant.save();
  deviceByGrant.set(grantId, devices.find(({ value }) => value === device)?.tags ?? []);
  const acr = strong ? contexts.strong : contexts.weak;
  const login = { accountId: person.email, acr, amr: strong ? ['pwd', 'otp', 'mfa'] : ['pwd'] };
  await provider.interactionFinished(request, response, { login, consent: { grantId } });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
