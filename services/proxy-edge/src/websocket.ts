// WebSocket: the handshake is mapped and needs a session, then bytes are tunnelled; revocation cuts the tunnel.
import { type ClientRequest, type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { field } from '@gatehouse/activity/request-kind';
import { checkRequest } from '@gatehouse/rewrite/framing';
import { requestHeaders } from '@gatehouse/rewrite/request-headers';
import { responseHeaders } from '@gatehouse/rewrite/response-headers';
import { refusedSince } from './access-standing.ts';
import type { Listener } from './catalogue.client.ts';
import { admit, type Edge, read } from './edge.ts';
import type { Exchange } from './exchange.ts';
import { isRefused } from './routed-away.ts';

const idleMs = 10 * 60_000;

/** Handles one upgrade; anything but a good WebSocket handshake is refused and closed. */
export async function handleUpgrade(
  edge: Edge,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  listener: Listener,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  const incoming = read(edge, request, new ServerResponse(request), listener);
  const refuse = (status: string) =>
    void socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  const { method, target: url } = incoming;
  if (checkRequest({ method, url, rawHeaders: request.rawHeaders, httpVersion: request.httpVersion }))
    return void refuse('400 Bad Request');
  if (request.headers.upgrade?.toLowerCase() !== 'websocket') return void refuse('400 Bad Request');
  const domain = edge.catalogue.mapping(listener).codec.toReal(incoming.host);
  if (!domain) return void refuse('404 Not Found');
  const exchange = await admit(edge, incoming, domain);
  if (exchange === 'refused') return void refuse('400 Bad Request');
  if (!exchange) return void refuse('401 Unauthorized');
  if (isRefused(edge, exchange) || (await refusedSince(edge, exchange))) return void refuse('403 Forbidden');
  if (isForeign(exchange)) return void refuse('403 Forbidden');
  // The response object is never used here, so it never closes and never leaves by itself.
  exchange.live.streams.delete(exchange.response);
  tunnel(edge, exchange, socket, head, refuse);
}

/** One suffix is one browser site, so our cookie comes along from pages of other apps: those may not connect. */
function isForeign({ headers, mapping, app, host, listener }: Exchange): boolean {
  const origin = field(headers, 'origin');
  if (origin === undefined || origin === `${listener.scheme}://${host}`) return false;
  const from = /^https?:\/\/([^/]+)$/i.exec(origin)?.[1];
  return from === undefined || mapping.codec.toReal(from)?.app !== app.id;
}

function tunnel(edge: Edge, exchange: Exchange, socket: Duplex, head: Buffer, refuse: (status: string) => void): void {
  const { domain } = exchange;
  const sent = openUpgrade(edge, exchange);
  if (!sent) {
    refuse('400 Bad Request');
    return;
  }
  exchange.live.tunnels.add(socket);
  const timer = setTimeout(() => sent.destroy(new Error('no handshake')), 60_000);
  socket.once('close', () => {
    clearTimeout(timer);
    exchange.live.tunnels.delete(socket);
    sent.destroy();
  });
  sent.on('error', (error) => {
    edge.log.warn({ error, host: domain.host }, 'upgrade failed');
    if (!socket.writableEnded) refuse('502 Bad Gateway');
  });
  sent.on('response', (response) => {
    response.destroy();
    refuse(`${response.statusCode ?? 502} Upgrade refused`);
  });
  sent.on('upgrade', (response, upstream, first) => {
    clearTimeout(timer);
    const { edgeCookies, mapping } = exchange;
    const lines = responseHeaders(response.rawHeaders, { codec: mapping.codec, domain, edgeCookies, body: 'pass' });
    socket.write(handshake(response, lines));
    if (first.length > 0) socket.write(first);
    if (head.length > 0) upstream.write(head);
    join(socket, upstream);
  });
  sent.end();
}

/** The app's side of the handshake; undefined where the browser's cannot be passed on. */
function openUpgrade(edge: Edge, exchange: Exchange): ClientRequest | undefined {
  const { mapping, domain, app, edgeCookies, ip, raw } = exchange;
  const { codec, rewriter } = mapping;
  const lines = requestHeaders(raw, { codec, domain, method: 'GET', edgeCookies, clientIp: ip, upgrade: true });
  if (!lines.ok) return undefined;
  const path = rewriter.rewriteToReal(exchange.target);
  return edge.upstream.open(domain, app, { method: 'GET', path, headers: lines.headers });
}

/** Bytes go both ways until either side ends or nothing moves for ten minutes. */
function join(socket: Duplex, upstream: Duplex & { setTimeout(ms: number, then: () => void): unknown }): void {
  upstream.setTimeout(idleMs, () => upstream.destroy());
  upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  socket.on('close', () => upstream.destroy());
  upstream.pipe(socket).pipe(upstream);
}

function handshake(response: IncomingMessage, mapped: readonly string[]): string {
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Connection: Upgrade',
    `Upgrade: ${response.headers.upgrade ?? 'websocket'}`,
  ];
  for (let at = 0; at + 1 < mapped.length; at += 2) {
    if (!/^(connection|upgrade)$/i.test(mapped[at] ?? '')) lines.push(`${mapped[at]}: ${mapped[at + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}
