// device.<suffix>: the one host that asks browsers for a certificate. It judges nothing: sign-in does.

import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { deviceJudge } from '@gatehouse/contracts/device';
import type { Listener } from './catalogue.client.ts';
import { type Leaf, mintSingleLeaf } from './certificates.ts';
import type { Edge } from './edge.ts';

export const deviceHost = (suffix: string) => `device.${suffix}`;

const mostCertificates = 8;
/** Far within the life of a leaf. */
const renewEveryMs = 24 * 3600_000;
/** Longer chains of bytes than any honest device sends. */
const mostBytes = 16_384;

export type TlsLimits = { readonly minVersion: 'TLSv1.2'; readonly ciphers: string };

/** A server for accepted sockets; it never listens. Its authorities follow the catalogue. */
export async function createDeviceServer(edge: Edge, listener: Listener, limits: TlsLimits): Promise<Server> {
  const settings = {
    ...limits,
    // What a kept or resumed connection showed may have been revoked since: every check is a whole handshake.
    secureOptions: constants.SSL_OP_NO_TICKET,
    ALPNProtocols: ['http/1.1'],
    requestCert: true,
    // Node's own judgement is not used: its answer would depend on what else was sent and on its clock alone.
    rejectUnauthorized: false,
  };
  let leaf = await leafOf(edge, Date.now());
  const context = () => ({ ...settings, ...leaf, ca: edge.devices.certificates() });
  const server = createServer({ ...context(), keepAlive: false, headersTimeout: 10_000, requestTimeout: 15_000 });
  server.on('request', (request, response) => {
    answer(edge, request, response, listener).catch((error: unknown) => {
      edge.log.error({ error }, 'device check failed');
      send(response, 503, 'The device could not be checked. Go back and try again.');
    });
  });
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  const refresh = () => {
    try {
      server.setSecureContext(context());
    } catch (error) {
      // The one before stays: an authority that cannot be offered to browsers is judged all the same.
      edge.log.error({ error }, 'the device host keeps its former authorities');
    }
  };
  const renewing = setInterval(() => {
    leafOf(edge, Date.now()).then(
      (next) => {
        leaf = next;
        refresh();
      },
      (error: unknown) => edge.log.error({ error }, 'no new leaf for the device host'),
    );
  }, renewEveryMs).unref();
  const unfollow = edge.devices.onChange(refresh);
  server.once('close', () => {
    clearInterval(renewing);
    unfollow();
  });
  return server;
}

async function leafOf({ config }: Edge, now: number): Promise<Leaf> {
  const { TLS_CERT: cert, TLS_KEY: key, CA_CERT: ca, CA_KEY: caKey, SUFFIX: suffix } = config;
  if (cert && key) return { cert, key };
  return mintSingleLeaf(ca ?? '', caKey ?? '', deviceHost(suffix), now);
}

/** GET /check?id= : hands over what the browser presented, and sends it back with a one-time code. */
async function answer(
  edge: Edge,
  request: IncomingMessage,
  response: ServerResponse,
  listener: Listener,
): Promise<void> {
  const { SUFFIX: suffix } = edge.config;
  const host = (request.headers.host ?? '').toLowerCase().replace(/:\d{1,5}$/, '');
  if (host !== deviceHost(suffix)) return send(response, 421, 'This address is not served here.');
  const url = new URL(request.url ?? '/', 'https://device.invalid');
  const check = url.searchParams.get('id') ?? '';
  if (request.method !== 'GET' || url.pathname !== '/check' || !/^[\w-]{20,80}$/.test(check))
    return send(response, 404, 'There is nothing at this address. Open the app again.');
  const certificates = presented(request.socket as TLSSocket);
  const judged = await edge.messaging.request(deviceJudge, { check, certificates });
  if (judged.type === 'refused') return send(response, 403, 'This check has expired or was used. Open the app again.');
  const port = listener.port === undefined ? '' : `:${listener.port}`;
  const to = `https://login.${suffix}${port}/device/return?id=${check}&code=${judged.code}`;
  response.setHeader('location', to);
  send(response, 303, '');
}

/** DER as base64, the browser's own certificate first. */
function presented(socket: TLSSocket): string[] {
  const found: string[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  const seen = new Set<string>();
  // A root is its own issuer; an empty object means that nothing was presented.
  while (next?.raw && found.length < mostCertificates && !seen.has(next.fingerprint256)) {
    seen.add(next.fingerprint256);
    if (next.raw.length > mostBytes) break;
    found.push(next.raw.toString('base64'));
    next = next.issuerCertificate;
  }
  return found;
}

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(text === '' ? '' : `${text}\n`);
}
