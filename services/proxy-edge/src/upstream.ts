// The connection to the real app: every resolved address is checked and pinned, private ones only by the app's CIDRs.
import { lookup as dnsLookup } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { App } from '@gatehouse/contracts/catalogue';
import { inRanges } from '@gatehouse/facts/ip-facts';
import { type CatalogueDomain, realPort } from '@gatehouse/rewrite/host-codec';

/** Loopback, private, link-local, CGNAT, metadata, multicast, reserved; v6 twins and NAT64 included. */
const privateRanges = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
  ...['::/128', '::1/128', '64:ff9b::/96', '64:ff9b:1::/48', 'fc00::/7', 'fe80::/10', 'ff00::/8'],
];

export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

export type Upstream = {
  /** Starts one request (throws AddressRefusedError); headers are raw lines, the body is written by the caller. */
  open(domain: CatalogueDomain, app: App, request: { method: string; path: string; headers: string[] }): ClientRequest;
  close(): void;
};

const connectTimeoutMs = 5_000;

export function createUpstream(options: { readonly allowLocalhost: boolean }): Upstream {
  const agents = {
    http: new HttpAgent({ keepAlive: true, maxSockets: 512 }),
    https: new HttpsAgent({ keepAlive: true, maxSockets: 512 }),
  };
  return {
    open(domain, app, request) {
      const host = domain.connectTo?.host ?? domain.host;
      const port = domain.connectTo?.port ?? realPort(domain) ?? (domain.scheme === 'https' ? 443 : 80);
      const settings = {
        ...request,
        host,
        port,
        agent: agents[domain.scheme],
        setHost: false,
        lookup: guardedLookup(app.allowPrivate, options.allowLocalhost),
      };
      // Node does not call `lookup` for an address, so it is judged here.
      if (isIP(host) && refused(host, app.allowPrivate)) throw new AddressRefusedError(`${host} is not allowed`);
      const sent =
        domain.scheme === 'https' ? httpsRequest({ ...settings, servername: domain.host }) : httpRequest(settings);
      limitConnecting(sent);
      return sent;
    },
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

const refused = (address: string, allowed: readonly string[]) =>
  inRanges(address, privateRanges) && !inRanges(address, allowed);

function limitConnecting(sent: ClientRequest): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => sent.destroy(new Error('connecting took too long')), connectTimeoutMs);
    socket.once('connect', () => clearTimeout(timer));
    socket.once('close', () => clearTimeout(timer));
  });
}

function guardedLookup(allowed: readonly string[], allowLocalhost: boolean): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (addresses: { address: string; family: number }[]) => {
      const bad = addresses.find(({ address }) => refused(address, allowed));
      const [first] = addresses;
      if (bad || !first) return callback(new AddressRefusedError(`${hostname} resolves to a refused address`), '', 4);
      if (options.all) return callback(null, addresses);
      callback(null, first.address, first.family);
    };
    if (allowLocalhost && (hostname === 'localhost' || hostname.endsWith('.localhost'))) {
      return answer([{ address: '127.0.0.1', family: 4 }]);
    }
    dnsLookup(hostname, { all: true }, (error, addresses) => (error ? callback(error, '', 4) : answer(addresses)));
  };
}

const firstByteMs = 60_000;
const idleMs = 120_000;

/** The response head of a request whose body is already being written; rejects on error or after 60 s. */
export function responseOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => sent.destroy(new Error('the app did not answer in time')), firstByteMs);
    sent.once('response', (response) => {
      clearTimeout(timer);
      response.setTimeout(idleMs, () => response.destroy(new Error('the app stopped sending')));
      resolve(response);
    });
    // Stays attached: a late socket error must not become an uncaught exception.
    sent.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
  });
}
