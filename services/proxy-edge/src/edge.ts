// Where every request enters: framing, host, session, then the app. Nothing is decoded or resolved that is not looked up.
import { request as httpRequest } from 'node:http';
import { field, fields, requestKind } from '@gatehouse/activity/request-kind';
import { sessionRedeem } from '@gatehouse/contracts/session-control';
import type { DecisionClient } from '@gatehouse/enforcement/decision.client';
import type { SnapshotClient } from '@gatehouse/enforcement/snapshot.client';
import { clientAddress } from '@gatehouse/facts/client-address';
import type { Messaging } from '@gatehouse/messaging/messaging';
import { readCookie } from '@gatehouse/rewrite/cookies';
import { checkRequest } from '@gatehouse/rewrite/framing';
import { isDroppedFromRequests } from '@gatehouse/rewrite/header-names';
import type { CatalogueDomain } from '@gatehouse/rewrite/host-codec';
import { boundaryReportPath } from '@gatehouse/rewrite/leaving';
import type { Log } from '@gatehouse/service-kit/tokens';
import { sessionCookieName } from '@gatehouse/session/ticket';
import { refusedSince, sendRefused } from './access-standing.ts';
import type { ActivitySpool } from './activity-spool.ts';
import type { CatalogueClient, Listener } from './catalogue.client.ts';
import type { Config } from './config.ts';
import { fileHead } from './deliver.ts';
import { standingSession } from './device-standing.ts';
import type { DevicesClient } from './devices.client.ts';
import type { DiscoveryClient } from './discovery.client.ts';
import {
  addCookie,
  clearSite,
  type EdgeRequest,
  type EdgeResponse,
  type Exchange,
  type Incoming,
  readIncoming,
  sendBody,
  sendHead,
  sendProblem,
} from './exchange.ts';
import { forward } from './forward.ts';
import { takeReport } from './leaving.ts';
import { clientScript, clientScriptPath } from './pages/client-script.ts';
import { escapeHtml, pageHeaders } from './pages/page.ts';
import { chooseLanguage, texts } from './pages/texts.ts';
import type { RestrictedStore } from './restricted.store.ts';
import { routedAway } from './routed-away.ts';
import type { LiveSession, SessionClient } from './session.client.ts';
import type { SpoolQuota } from './spool.ts';
import type { Upstream } from './upstream.ts';

export type Edge = {
  readonly config: Config;
  readonly log: Log;
  readonly messaging: Messaging;
  readonly catalogue: CatalogueClient;
  readonly sessions: SessionClient;
  readonly devices: DevicesClient;
  readonly discovered: DiscoveryClient;
  readonly snapshot: SnapshotClient;
  readonly decisions: DecisionClient;
  readonly activities: ActivitySpool;
  readonly restricted: RestrictedStore;
  readonly quota: SpoolQuota;
  readonly upstream: Upstream;
  /** Counts bytes that were delivered although a policy wanted them inspected and they were not, or not wholly. */
  readonly unscanned: (bytes: number) => void;
};

export const edgeCookies = [sessionCookieName];

/** Answers one request; never throws. */
export async function handle(
  edge: Edge,
  request: EdgeRequest,
  response: EdgeResponse,
  listener: Listener,
): Promise<void> {
  const incoming = read(edge, request, response, listener);
  try {
    await route(edge, incoming);
  } catch (error) {
    edge.log.error({ error }, 'request failed');
    if (response.headersSent) response.destroy();
    else sendProblem(incoming, 502, { title: 'upstreamTitle', text: 'upstreamText' });
  }
}

export function read(edge: Edge, request: EdgeRequest, response: EdgeResponse, listener: Listener): Incoming {
  const forwarded = request.headers['x-forwarded-for'];
  const lines = forwarded === undefined ? [] : [forwarded].flat();
  const ip = clientAddress(request.socket.remoteAddress ?? '', lines, edge.config.TRUSTED_PROXIES) ?? '0.0.0.0';
  return readIncoming(request, response, listener, ip);
}

async function route(edge: Edge, incoming: Incoming): Promise<void> {
  const refusal = checkRequest({
    method: incoming.method,
    url: incoming.target,
    rawHeaders: incoming.request.rawHeaders,
    httpVersion: incoming.request.httpVersion,
  });
  if (refusal) {
    sendProblem(incoming, 400, { title: 'refusedTitle', text: 'refusedText' }, closing(incoming));
    return;
  }
  if (incoming.host.replace(/:\d+$/, '') === `login.${edge.config.SUFFIX}`) return forwardToSignIn(edge, incoming);
  // Asked for here, it came over a connection for another name, or without TLS: neither shows a certificate.
  if (incoming.host.replace(/:\d+$/, '') === `device.${edge.config.SUFFIX}`)
    return void sendProblem(incoming, 421, { title: 'unknownTitle', text: 'unknownText' });
  const domain = edge.catalogue.mapping(incoming.listener).codec.toReal(incoming.host);
  if (!domain) return void sendProblem(incoming, 404, { title: 'unknownTitle', text: 'unknownText' });
  if (incoming.target.startsWith('/.gatehouse/session?')) return redeem(edge, incoming, domain);
  if (preflight(edge, incoming, domain)) return;
  const admitted = await admit(edge, incoming, domain);
  if (admitted === 'refused')
    return void sendProblem(incoming, 400, { title: 'refusedTitle', text: 'refusedText' }, closing(incoming));
  if (!admitted) return toSignIn(edge, incoming);
  await renewTicket(edge, admitted);
  const refused = await refusedSince(edge, admitted);
  if (refused) return sendRefused(edge, admitted, refused);
  if (await routedAway(edge, admitted)) return;
  if (incoming.target === clientScriptPath) return sendClientScript(admitted);
  if (incoming.target === boundaryReportPath) return takeReport(edge, admitted);
  if (incoming.target.startsWith('/.gatehouse/')) return handOut(edge, admitted);
  await forward(edge, admitted);
}

const closing = (incoming: Incoming) => (incoming.request.httpVersionMajor === 1 ? ['connection', 'close'] : []);

/** The session's exchange; `refused` for two session cookies, undefined where a sign-in is needed. */
export async function admit(
  edge: Edge,
  incoming: Incoming,
  domain: CatalogueDomain,
): Promise<Exchange | 'refused' | undefined> {
  const cookies = readCookie(fields(incoming.headers, 'cookie'), sessionCookieName);
  if (cookies.length > 1) return 'refused';
  const app = edge.catalogue.app(domain.app);
  const found = cookies[0] === undefined ? undefined : await edge.sessions.find(cookies[0], Date.now());
  if (found?.type === 'revoked') forget(incoming);
  if (!app || found?.type !== 'live' || found.live.session.app !== app.id) return undefined;
  // One suffix is one browser site: a ticket copied from one host of an app opens no other.
  const { host } = found.live.session;
  if (host !== undefined && host !== `${domain.host}.${edge.config.SUFFIX}`) return undefined;
  follow(found.live, incoming);
  const header = (name: string) => field(incoming.headers, name);
  const context = edge.catalogue.clientFacts({ ip: incoming.ip, header, now: Date.now() });
  return {
    ...incoming,
    live: standingSession(edge, found.live, Date.now()),
    app,
    domain,
    mapping: edge.catalogue.mapping(incoming.listener),
    context,
    edgeCookies,
  };
}

/**
 * Preflights carry no cookie, so the app never sees them without a session. Pages on hosts of the same app may ask;
 * whether they may read the answer is still the app's word. True if it was answered.
 */
function preflight(edge: Edge, incoming: Incoming, domain: CatalogueDomain): boolean {
  const [origin, method, wanted] = ['origin', 'access-control-request-method', 'access-control-request-headers'].map(
    (name) => field(incoming.headers, name),
  );
  if (incoming.method !== 'OPTIONS' || origin === undefined || method === undefined) return false;
  const { codec } = edge.catalogue.mapping(incoming.listener);
  const from = codec.toReal(origin.replace(/^https?:\/\//, ''));
  if (from?.app !== domain.app || codec.publicOrigin(from.host) !== origin) return false;
  const lines = ['access-control-allow-origin', origin, 'access-control-allow-credentials', 'true', 'vary', 'origin'];
  lines.push('access-control-allow-methods', method, 'cache-control', 'no-store');
  if (wanted !== undefined) lines.push('access-control-allow-headers', wanted);
  sendHead(incoming.response, 204, lines);
  incoming.response.end();
  return true;
}

/** The browser of a revoked session keeps neither its ticket nor what the app stored under this host. */
function forget({ response }: Incoming): void {
  addCookie(response, `${sessionCookieName}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0`);
  clearSite(response);
}

/** Revocation ends what is under way. */
function follow(live: LiveSession, incoming: Incoming): void {
  live.streams.add(incoming.response);
  incoming.response.once('close', () => live.streams.delete(incoming.response));
}

/** Where the user lands after the sign-in. A form that was sent is gone, so its page comes back, not its address. */
function returnTarget({ method, target, headers, host, listener }: Incoming): string {
  if (method === 'GET') return target;
  const origin = `${listener.scheme}://${host}/`;
  const referer = field(headers, 'referer') ?? '';
  return referer.startsWith(origin) ? referer.slice(origin.length - 1).replace(/#.*$/s, '') : '/';
}

/** Pages on other hosts of the same app may read that a sign-in is needed, as the answer itself could be theirs. */
function readableBy(edge: Edge, incoming: Incoming): string[] {
  const origin = field(incoming.headers, 'origin');
  const { codec } = edge.catalogue.mapping(incoming.listener);
  const from = origin && codec.toReal(origin.replace(/^https?:\/\//, ''));
  if (!origin || !from || from.app !== codec.toReal(incoming.host)?.app) return [];
  if (codec.publicOrigin(from.host) !== origin) return [];
  const allowed = ['access-control-allow-origin', origin, 'access-control-allow-credentials', 'true', 'vary', 'origin'];
  return [...allowed, 'access-control-expose-headers', 'gatehouse-login'];
}

function toSignIn(edge: Edge, incoming: Incoming): void {
  const kind = requestKind(incoming.method, incoming.headers);
  if (kind === 'fetch' || kind === 'subresource') {
    const lines = ['gatehouse-login', 'required', 'cache-control', 'no-store', ...readableBy(edge, incoming)];
    sendBody(incoming.response, 401, lines, '');
    return;
  }
  const { scheme, port } = incoming.listener;
  const url = new URL(`${scheme}://login.${edge.config.SUFFIX}${port ? `:${port}` : ''}/start`);
  url.searchParams.set('app_host', incoming.host);
  url.searchParams.set('return', returnTarget(incoming));
  sendBody(incoming.response, 302, ['location', url.href, 'cache-control', 'no-store'], '');
}

const sessionCookie = (ticket: string) => `${sessionCookieName}=${ticket}; Path=/; Secure; HttpOnly; SameSite=Lax`;

/** A ticket that is old gets a new one with this answer; the old one opens for a minute more. */
async function renewTicket(edge: Edge, { live, response }: Exchange): Promise<void> {
  const afterMs = edge.catalogue.settings().ticketRotationMinutes * 60_000;
  const ticket = await edge.sessions.rotate(live, afterMs, Date.now());
  if (ticket !== undefined) addCookie(response, sessionCookie(ticket));
}

/** The one-time code of the redirect back from sign-in becomes the session cookie of this host; others may follow. */
async function redeem(edge: Edge, incoming: Incoming, domain: CatalogueDomain): Promise<void> {
  const code = new URLSearchParams(incoming.target.replace(/^[^?]*\?/, '')).get('code') ?? '';
  const sessionId = await sessionOf(edge, incoming);
  const asked = { code, host: incoming.host, ...(sessionId ? { sessionId } : {}) };
  const answer = await edge.messaging.request(sessionRedeem, asked);
  if (answer.type === 'refused') return toSignIn(edge, { ...incoming, target: '/' });
  addCookie(incoming.response, sessionCookie(answer.ticket));
  const { codec } = edge.catalogue.mapping(incoming.listener);
  const next = answer.next && codec.toReal(answer.next.host);
  const origin = next?.app === domain.app ? codec.publicOrigin(next.host) : undefined;
  if (answer.next && origin !== undefined)
    return sendOnwards(incoming, `${origin}/.gatehouse/session?code=${answer.next.code}`, answer.next.pause);
  sendOnwards(incoming, /^\/(?![/\\])/.test(answer.returnTo) ? answer.returnTo : '/', false);
}

function sendOnwards({ response }: Incoming, to: string, pause: boolean): void {
  if (!pause) {
    sendBody(response, 302, ['location', to, 'cache-control', 'no-store'], '');
    return;
  }
  const page = `<!doctype html><meta http-equiv="refresh" content="0;url=${escapeHtml(to)}"><title>…</title>`;
  sendBody(response, 200, pageHeaders, page);
}

/** The session this browser has here already: the ticket after a step-up is for nobody else. */
async function sessionOf(edge: Edge, { headers }: Incoming): Promise<string | undefined> {
  const [cookie, ...others] = readCookie(fields(headers, 'cookie'), sessionCookieName);
  if (cookie === undefined || others.length > 0) return undefined;
  const found = await edge.sessions.find(cookie, Date.now());
  return found.type === 'live' ? found.live.session.sessionId : undefined;
}

function sendClientScript({ headers, response }: Exchange): void {
  const language = chooseLanguage(field(headers, 'accept-language'));
  const lines = ['content-type', 'text/javascript; charset=utf-8', 'cache-control', 'private, max-age=600'];
  lines.push('vary', 'Accept-Language', 'x-content-type-options', 'nosniff');
  sendBody(response, 200, lines, clientScript(texts[language]));
}

/** The text file behind a "Download restricted" page. */
function handOut(edge: Edge, exchange: Exchange): void {
  const handle = /^\/\.gatehouse\/restricted\/([\w-]+)$/.exec(exchange.target)?.[1] ?? '';
  const file = edge.restricted.get(handle, exchange.live.session.sessionId, Date.now());
  if (!file) return void sendProblem(exchange, 404, { title: 'unknownTitle', text: 'unknownText' });
  sendBody(exchange.response, 200, fileHead(file.name), file.text);
}

function forwardToSignIn(edge: Edge, incoming: Incoming): void {
  const target = new URL(edge.config.SIGN_IN_URL);
  const headers = incoming.raw.flatMap((name, at) =>
    at % 2 === 0 && !isDroppedFromRequests(name.toLowerCase()) && !/^(host|connection)$/i.test(name)
      ? [name, incoming.raw[at + 1] ?? '']
      : [],
  );
  headers.push('Host', target.host, 'X-Forwarded-For', incoming.ip);
  headers.push('X-Forwarded-Proto', incoming.listener.scheme, 'X-Forwarded-Host', incoming.host);
  const sent = httpRequest({
    host: target.hostname,
    port: target.port,
    method: incoming.method,
    path: incoming.target,
    headers,
    setHost: false,
    // A kept connection may be closed just when a form is sent over it.
    agent: false,
  });
  sent.setTimeout(30_000, () => sent.destroy(new Error('sign-in did not answer')));
  sent.on('error', (error) => {
    edge.log.warn({ error }, 'sign-in is unreachable');
    if (incoming.response.headersSent) incoming.response.destroy();
    else sendProblem(incoming, 502, { title: 'upstreamTitle', text: 'upstreamText' });
  });
  sent.on('response', (answer) => {
    const lines = answer.rawHeaders.flatMap((name, at) =>
      at % 2 === 0 && !/^(connection|keep-alive|transfer-encoding)$/i.test(name)
        ? [name, answer.rawHeaders[at + 1] ?? '']
        : [],
    );
    sendHead(incoming.response, answer.statusCode ?? 502, lines);
    answer.pipe(incoming.response as NodeJS.WritableStream);
  });
  incoming.request.pipe(sent);
}
