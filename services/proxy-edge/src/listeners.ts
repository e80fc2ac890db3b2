// The public sockets: https with a leaf per known host (h2 and h1), plain http only where config allows it.
import { createServer as createHttpServer, type Server } from 'node:http';
import { createSecureServer, type Http2SecureServer, type ServerHttp2Session } from 'node:http2';
import type { Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket, Server as TcpServer } from 'node:net';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Listener } from './catalogue.client.ts';
import { createCertificates } from './certificates.ts';
import { createDeviceServer, deviceHost } from './device-host.ts';
import { type Edge, handle } from './edge.ts';
import { createFront } from './sni-front.ts';
import { handleUpgrade } from './websocket.ts';

const limits = {
  headersTimeout: 15_000,
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
} as const;
/** A connection on which nothing moves for this long is closed, held downloads and quiet streams included. */
const idleMs = 15 * 60_000;
const drainMs = 10_000;
const ciphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ...['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
].join(':');

const tlsLimits = { minVersion: 'TLSv1.2', ciphers } as const;

export type Listening = { readonly port: number; close(): Promise<void> };

export async function startHttp(edge: Edge, port: number): Promise<Listening> {
  const listener: { scheme: 'http'; port: number | undefined } = {
    scheme: 'http',
    port: port === 80 ? undefined : port,
  };
  const server = createHttpServer(limits, (request, response) => void handle(edge, request, response, listener));
  return listen(edge, server, port, listener);
}

export async function startHttps(edge: Edge, port: number): Promise<Listening> {
  const publicPort = edge.config.PUBLIC_HTTPS_PORT ?? port;
  const listener: { scheme: 'https'; port: number | undefined } = {
    scheme: 'https',
    port: publicPort === 443 ? undefined : publicPort,
  };
  const contextOf = await secureContexts(edge, listener);
  const server = createSecureServer({
    ...limits,
    ...tlsLimits,
    allowHTTP1: true,
    settings: { maxConcurrentStreams: 100 },
    maxSessionInvalidFrames: 100,
    SNICallback: (name, done) => {
      contextOf(name.toLowerCase()).then(
        (context) => (context ? done(null, context) : done(new Error('unknown host'))),
        (error: Error) => done(error),
      );
    },
  });
  server.on('request', (request, response) => void handle(edge, request, response, listener));
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const devices = await createDeviceServer(edge, listener, tlsLimits);
  const own = deviceHost(edge.config.SUFFIX);
  const front = createFront((serverName) => (serverName === own ? devices : server));
  return listen(edge, server, port, listener, { front, devices });
}

async function secureContexts(
  edge: Edge,
  listener: Listener,
): Promise<(host: string) => Promise<SecureContext | undefined>> {
  const { TLS_CERT: cert, TLS_KEY: key, CA_CERT: ca, CA_KEY: caKey, SUFFIX: suffix } = edge.config;
  if (cert && key) {
    const context = createSecureContext({ cert, key });
    return async () => context;
  }
  const mint = await createCertificates(ca ?? '', caKey ?? '');
  const known = (host: string) =>
    host === `login.${suffix}` || edge.catalogue.mapping(listener).codec.toReal(host) !== undefined;
  // A host we do not know still gets a readable 404 page: under the certificate of the suffix itself, minted once.
  return (host) => (known(host) ? mint(host) : mint(suffix));
}

async function listen(
  edge: Edge,
  server: Server | Http2SecureServer,
  port: number,
  listener: { port: number | undefined },
  behind?: Behind,
): Promise<Listening> {
  const front = behind?.front ?? server;
  const open = track(server, front);
  server.on('upgrade', (request, socket, head) => {
    handleUpgrade(edge, request, socket, head, listener as Listener).catch((error: unknown) => {
      edge.log.error({ error }, 'upgrade failed');
      socket.destroy();
    });
  });
  server.on('clientError', (_error: Error, socket: import('node:stream').Duplex) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
    else socket.destroy();
  });
  server.setTimeout(idleMs);
  await new Promise<void>((resolve, reject) => {
    front.once('error', reject);
    front.listen(port, edge.config.LISTEN_HOST, () => resolve());
  });
  // A server that never listens itself would not watch over slow headers: Node begins that with this event.
  for (const each of behind ? [server, behind.devices] : []) each.emit('listening');
  const bound = (front.address() as AddressInfo).port;
  if (port === 0) listener.port = bound;
  return { port: bound, close: () => close(server, front, open, behind) };
}

type Behind = { readonly front: TcpServer; readonly devices: TlsServer };

/** What is under way may end; what stays open (idle HTTP/2 sessions, streams, tunnels) is closed after ten seconds. */
async function close(
  server: Server | Http2SecureServer,
  front: TcpServer,
  open: Open,
  behind: Behind | undefined,
): Promise<void> {
  const closed = new Promise<void>((resolve) => front.close(() => resolve()));
  for (const each of behind ? [server, behind.devices] : []) each.close(() => undefined);
  for (const session of open.sessions) session.close();
  if ('closeIdleConnections' in server) server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const socket of open.sockets) socket.destroy();
  }, drainMs);
  await closed;
  clearTimeout(timer);
}

type Open = { readonly sockets: Set<Socket>; readonly sessions: Set<ServerHttp2Session> };

function track(server: Server | Http2SecureServer, front: TcpServer): Open {
  const open: Open = { sockets: new Set(), sessions: new Set() };
  front.on('connection', (socket: Socket) => {
    open.sockets.add(socket);
    socket.once('close', () => open.sockets.delete(socket));
  });
  server.on('session', (session: ServerHttp2Session) => {
    open.sessions.add(session);
    session.once('close', () => open.sessions.delete(session));
  });
  return open;
}
