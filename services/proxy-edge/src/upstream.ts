// The connection to the real app: every resolved address is checked and pinned, private ones only by the app's CIDRs.
import { lookup as dnsLookup } from 'node:dns';
import { type ClientRequest, Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { App } from '@gatehouse/contracts/catalogue';
import { isRefusedAddress as refused } from '@gatehouse/facts/reserved-addresses';
import { type CatalogueDomain, realPort } from '@gatehouse/rewrite/host-codec';

export class AddressRefusedError extends Error {
  readonly code = 'ADDRESS_REFUSED';
}

/** A kept connection had been closed by the app before it took the request: the request may be sent again. */
export class StaleConnectionError extends Error {
  readonly code = 'STALE_CONNECTION';
}

export type UpstreamRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  /** Over a new connection instead of a kept one. */
  readonly fresh?: boolean;
};

export type Upstream = {
  /** Starts one request (throws AddressRefusedError); headers are raw lines, the body is written by the caller. */
  open(domain: CatalogueDomain, app: App, request: UpstreamRequest): ClientRequest;
  close(): void;
};

const connectTimeoutMs = 5_000;

export function createUpstream(options: { readonly allowLocalhost: boolean }): Upstream {
  // One pool per app, host and permission: a kept connection must not serve whoever may not have made it.
  const agents = new Map<string, HttpAgent>();
  // Domains and apps are new objects with each catalogue; within one, the pool is found without spelling it out.
  const found = new WeakMap<CatalogueDomain, { app: App; agent: HttpAgent }>();
  const agentOf = (domain: CatalogueDomain, app: App) => {
    const at = found.get(domain);
    if (at?.app === app) return at.agent;
    const agent = pooled(domain, app);
    found.set(domain, { app, agent });
    return agent;
  };
  const pooled = (domain: CatalogueDomain, app: App) => {
    const key = JSON.stringify([app.id, domain, app.allowPrivate]);
    const known = agents.get(key);
    if (known) return known;
    const agent = new (domain.scheme === 'https' ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 512 });
    agents.set(key, agent);
    return agent;
  };
  return {
    open(domain, app, { fresh, ...request }) {
      const host = domain.connectTo?.host ?? domain.host;
      const port = domain.connectTo?.port ?? realPort(domain) ?? (domain.scheme === 'https' ? 443 : 80);
      const settings = {
        ...request,
        host,
        port,
        agent: fresh ? (false as const) : agentOf(domain, app),
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
      for (const agent of agents.values()) agent.destroy();
    },
  };
}

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
const eventStreamIdleMs = 600_000;

/** The response head of a request whose body is already being written; rejects on error or when the app is too slow. */
export function responseOf(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let answered = false;
    // The app's time begins when it has the whole request: an upload may take longer than that.
    sent.once('finish', () => {
      if (!answered) timer = setTimeout(() => sent.destroy(new Error('the app did not answer in time')), firstByteMs);
    });
    sent.setTimeout(idleMs, () => sent.destroy(new Error('the connection to the app stood still')));
    sent.once('response', (response) => {
      answered = true;
      clearTimeout(timer);
      if (/^text\/event-stream/i.test(response.headers['content-type'] ?? ''))
        response.socket.setTimeout(eventStreamIdleMs);
      resolve(response);
    });
    // Stays attached: a late socket error must not become an uncaught exception.
    sent.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const stale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      reject(stale ? new StaleConnectionError('a kept connection was closed', { cause: error }) : error);
    });
  });
}
