// A small files or CRM app to put behind the proxy: own sign-in, every way to download, absolute links to itself.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import type { Duplex } from 'node:stream';
import { assets } from './assets.ts';
import { createFileStore } from './file-store.ts';
import { acceptLive } from './live.ts';
import type { PageContext } from './page.ts';
import { redirect, send, sendHtml, sendProblem } from './reply.ts';
import { matchPath, routesOf } from './routes.ts';
import { createSamlSignIn } from './saml-sign-in.ts';
import { createSignIn, localPath, type User } from './sign-in.ts';

export type DemoAppOptions = {
  readonly id: string;
  readonly name: string;
  /** Default: `crm` for the app with that id, `files` for any other. */
  readonly kind?: PageContext['kind'] | undefined;
  /** 0 picks a free port. */
  readonly port: number;
  readonly host?: string | undefined;
  /** The origin this app believes to have: it goes into links, scripts, styles and the OIDC redirect URI. */
  readonly publicOrigin: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly lookup?: LookupFunction | undefined;
  /** How people sign in first; `off` (tests only): everyone is the guest user. */
  readonly auth?: 'oidc' | 'saml' | 'off' | undefined;
};
export type DemoApp = { readonly id: string; readonly name: string; readonly port: number; close(): Promise<void> };

const guest: User = { email: 'guest@acme.example', name: 'Guest' };

function createApp(options: DemoAppOptions) {
  const origin = new URL(options.publicOrigin).origin;
  const kind = options.kind ?? (options.id === 'crm' ? 'crm' : 'files');
  const signIn = createSignIn({ ...options, publicOrigin: origin });
  return {
    origin,
    kind,
    name: options.name,
    signIn,
    saml: createSamlSignIn({ ...options, publicOrigin: origin }),
    loginPath: options.auth === 'saml' ? '/auth/saml/login' : '/auth/login',
    store: createFileStore(),
    assets: assets(origin),
    routes: routesOf(kind),
    userOf: (request: IncomingMessage) => (options.auth === 'off' ? guest : signIn.userOf(request)),
  };
}
type App = ReturnType<typeof createApp>;

/** Routes that need no session; false when the path is none of them. */
async function servePublic(app: App, url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
  const asset = url.pathname.startsWith('/assets/') ? app.assets.get(url.pathname.slice('/assets/'.length)) : undefined;
  if (asset) send(response, 200, asset.type, asset.body);
  else if (url.pathname === '/healthz') send(response, 200, 'text/plain', 'ok');
  else if (url.pathname === '/auth/login')
    await app.signIn.login(request, response, localPath(url.searchParams.get('return')));
  else if (url.pathname === '/auth/saml/login')
    await app.saml.login(response, localPath(url.searchParams.get('return')));
  else if (url.pathname === '/auth/saml/acs' && request.method === 'POST') await consumeSaml(app, request, response);
  else if (url.pathname === '/auth/callback') await app.signIn.callback(request, response);
  else if (url.pathname === '/auth/logout') app.signIn.logout(request, response);
  else if (url.pathname === '/auth/signed-out')
    sendHtml(
      response,
      200,
      '<!doctype html><title>Signed out</title><p>You are signed out. <a href="/">Sign in again</a>',
    );
  else return false;
  return true;
}

async function consumeSaml(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const proven = await app.saml.consume(request, response);
  if (proven) app.signIn.open(response, proven.user, proven.returnTo);
}

function askForLogin(app: App, url: URL, request: IncomingMessage, response: ServerResponse): void {
  const wantsPage = request.method === 'GET' && !url.pathname.startsWith('/api/');
  if (wantsPage) redirect(response, `${app.loginPath}?return=${encodeURIComponent(url.pathname + url.search)}`);
  else sendProblem(response, 401, 'Sign in first');
}

async function serve(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', app.origin);
  if (await servePublic(app, url, request, response)) return;
  const user = app.userOf(request);
  if (!user) return askForLogin(app, url, request, response);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  for (const route of app.routes) {
    const parts = route.method === method ? matchPath(route.path, url.pathname) : undefined;
    if (!parts) continue;
    const context = { name: app.name, kind: app.kind, origin: app.origin, user };
    await route.handle({ request, response, query: url.searchParams, parts, context, store: app.store });
    return;
  }
  sendProblem(response, 404, 'Not found');
}

function upgrade(app: App, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  if (request.url !== '/live' || !app.userOf(request)) {
    socket.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
    return;
  }
  acceptLive(request, socket, head);
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Starts one app and resolves when it listens. */
export async function startDemoApp(options: DemoAppOptions): Promise<DemoApp> {
  const app = createApp(options);
  const sockets = new Set<Duplex>();
  const server = createServer((request, response) => {
    serve(app, request, response).catch((error: unknown) => {
      console.error(`${options.id}: ${error instanceof Error ? error.message : 'request failed'}`);
      if (response.headersSent) response.destroy();
      else sendProblem(response, 502, 'The app could not answer');
    });
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    upgrade(app, request, socket, head);
  });
  const port = await listen(server, options.port, options.host ?? '127.0.0.1');
  return {
    id: options.id,
    name: options.name,
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all([app.signIn.close(), app.saml.close()]);
    },
  };
}
