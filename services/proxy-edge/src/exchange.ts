// One request on its way through the edge: what is known of it, and the ways to answer.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import { field, type HeaderFields, headerFields } from '@gatehouse/activity/request-kind';
import type { App } from '@gatehouse/contracts/catalogue';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import { referenceId } from '@gatehouse/contracts/reference-id';
import type { CatalogueDomain } from '@gatehouse/rewrite/host-codec';
import type { Listener, Mapping } from './catalogue.client.ts';
import { pageHeaders, renderPage } from './pages/page.ts';
import { chooseLanguage, type Texts, texts } from './pages/texts.ts';
import type { LiveSession } from './session.client.ts';

export type EdgeRequest = IncomingMessage | Http2ServerRequest;
export type EdgeResponse = ServerResponse | Http2ServerResponse;

export type Incoming = {
  readonly request: EdgeRequest;
  readonly response: EdgeResponse;
  readonly listener: Listener;
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  /** Header lines without pseudo headers, Host included. */
  readonly raw: readonly string[];
  readonly headers: HeaderFields;
  /** Host as sent, lower case, with its port. */
  readonly host: string;
  readonly ip: string;
  readonly startedAt: number;
};

/** A request of a session for an app. */
export type Exchange = Incoming & {
  readonly live: LiveSession;
  readonly app: App;
  readonly domain: CatalogueDomain;
  readonly mapping: Mapping;
  readonly context: DecisionContext;
  readonly edgeCookies: readonly string[];
};

/** Reads what every later step needs. */
export function readIncoming(request: EdgeRequest, response: EdgeResponse, listener: Listener, ip: string): Incoming {
  const raw: string[] = [];
  let authority: string | undefined;
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const [name = '', value = ''] = [request.rawHeaders[at], request.rawHeaders[at + 1]];
    if (name === ':authority') authority = value;
    if (!name.startsWith(':')) raw.push(name, value);
  }
  const headers = headerFields(raw);
  if (authority !== undefined && field(headers, 'host') === undefined) raw.unshift('host', authority);
  const host = (authority ?? field(headers, 'host') ?? '').toLowerCase();
  const [method, target] = [request.method ?? 'GET', request.url ?? '/'];
  return { request, response, listener, method, target, raw, headers, host, ip, startedAt: Date.now() };
}

const forbiddenInHttp2 = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'proxy-connection']);

const ownCookies = new WeakMap<EdgeResponse, readonly string[]>();

const cleared = new WeakSet<EdgeResponse>();

/** Has the browser forget what the app kept on this host. Never cookies: one suffix is one site, others' would go too. */
export function clearSite(response: EdgeResponse): void {
  cleared.add(response);
}

/** A cookie of the edge that goes out with whatever is answered. */
export function addCookie(response: EdgeResponse, cookie: string): void {
  ownCookies.set(response, [...(ownCookies.get(response) ?? []), cookie]);
}

/** Sends a head from raw lines; repeated names stay repeated. */
export function sendHead(response: EdgeResponse, status: number, lines: readonly string[]): void {
  const values = new Map<string, string[]>();
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const name = (lines[at] ?? '').toLowerCase();
    if ('stream' in response && forbiddenInHttp2.has(name)) continue;
    const known = values.get(name);
    if (known) known.push(lines[at + 1] ?? '');
    else values.set(name, [lines[at + 1] ?? '']);
  }
  if (cleared.has(response)) values.set('clear-site-data', ['"cache", "storage"']);
  const cookies = ownCookies.get(response);
  if (cookies) values.set('set-cookie', [...(values.get('set-cookie') ?? []), ...cookies]);
  for (const [name, all] of values) response.setHeader(name, all.length === 1 ? (all[0] ?? '') : all);
  response.statusCode = status;
}

/** Whether nothing can be sent to the client any more. */
export const isGone = (response: EdgeResponse): boolean =>
  'stream' in response ? response.stream === undefined || response.stream.destroyed : response.destroyed;

export function sendBody(
  response: EdgeResponse,
  status: number,
  lines: readonly string[],
  body: string | Buffer,
): void {
  if (response.headersSent) return void response.destroy();
  sendHead(response, status, [...lines, 'content-length', String(Buffer.byteLength(body))]);
  response.end(body);
}

type Said = { readonly title: keyof Texts; readonly text: keyof Texts };

/** One of our own pages for a failure; gives the reference id it shows. */
export function sendProblem(incoming: Incoming, status: number, said: Said, extra: readonly string[] = []): string {
  const language = chooseLanguage(field(incoming.headers, 'accept-language'));
  const reference = referenceId(randomBytes);
  const page = renderPage({
    status,
    language,
    title: texts[language][said.title],
    message: texts[language][said.text],
    reference,
    time: new Date().toISOString(),
  });
  sendBody(incoming.response, status, [...pageHeaders, ...extra], page);
  return reference;
}
