// The border of an app: redirects to hosts in no domain list, and what its pages load from there (docs/adr/0013).
import type { IncomingMessage } from 'node:http';
import { requestKind } from '@gatehouse/activity/request-kind';
import type { UnknownDomainMode } from '@gatehouse/contracts/catalogue';
import { boundaryCsp, leavingOf, mayLeave, reportedHost } from '@gatehouse/rewrite/leaving';
import type { Edge } from './edge.ts';
import { type Exchange, sendBody } from './exchange.ts';
import { leavingTexts } from './pages/routing-texts.ts';
import { activityOf, newDecision } from './recording.ts';
import { sendRefusedAccess } from './refused-access.ts';

const largestReport = 16 * 1024;

const modeOf = (edge: Edge, { app }: Exchange): UnknownDomainMode =>
  app.unknownDomainMode ?? edge.catalogue.settings().unknownDomainMode;

/** True if the answer leads where the browser may not go, and a refusal was sent in its place. */
export async function stopLeaving(edge: Edge, exchange: Exchange, upstream: IncomingMessage): Promise<boolean> {
  const status = upstream.statusCode ?? 0;
  const { location } = upstream.headers;
  if (status < 300 || status >= 400 || location === undefined) return false;
  const { codec } = exchange.mapping;
  const leaving = leavingOf(location, `${codec.realOrigin(exchange.domain.host)}${exchange.target}`, codec);
  // Identity providers are never proxied: a login leads there by design.
  if (!leaving || edge.catalogue.isSignInHost(leaving.host)) return false;
  const own = exchange.app.domains.map(({ host }) => host);
  const stopped = !mayLeave(modeOf(edge, exchange), leaving, own);
  const fresh = edge.discovered.note({ app: exchange.app.id, host: leaving.host, by: 'redirect', stopped }, Date.now());
  const reference = stopped || fresh ? await recordLeaving(edge, exchange, leaving.host, stopped) : '';
  if (!stopped) return false;
  upstream.destroy();
  const named = Object.entries(leavingTexts).map(([language, words]) => [
    language,
    { ...words, text: words.text.replace('{host}', leaving.host) },
  ]);
  sendRefusedAccess(edge, exchange, reference, Object.fromEntries(named) as typeof leavingTexts);
  return true;
}

async function recordLeaving(edge: Edge, exchange: Exchange, host: string, stopped: boolean): Promise<string> {
  const ids = newDecision(Date.now());
  const outcome = {
    activityType: 'navigate',
    object: { name: host },
    appliedAction: stopped ? 'block' : 'allow',
    reason: 'UNKNOWN_DOMAIN',
    cause: `the app led to ${host}, which is in no domain list`,
  } as const;
  await edge.activities.record(activityOf(exchange, ids, outcome));
  return ids.reference;
}

/** Header lines that make the browser of a page watch, or hold, the border. */
export function boundaryLines(edge: Edge, exchange: Exchange, contentType: string): string[] {
  const kind = requestKind(exchange.method, exchange.headers);
  if ((kind !== 'navigation' && kind !== 'frame') || !/^text\/html\b/i.test(contentType)) return [];
  const held = modeOf(edge, exchange) === 'block';
  if (!held && !edge.discovered.sample(exchange.app.id, Date.now())) return [];
  const csp = boundaryCsp(exchange.mapping.codec, edge.catalogue.signInOrigins());
  return [held ? 'Content-Security-Policy' : 'Content-Security-Policy-Report-Only', csp];
}

/** POST of a browser about what a page wanted to load. Untrusted: it only fills the list of discovered domains. */
export async function takeReport(edge: Edge, exchange: Exchange): Promise<void> {
  let body = '';
  for await (const chunk of exchange.request) {
    body += (chunk as Buffer).toString('latin1');
    if (body.length > largestReport) return sendBody(exchange.response, 413, ['cache-control', 'no-store'], '');
  }
  const host = reportedHost(body, exchange.mapping.codec);
  const stopped = modeOf(edge, exchange) === 'block';
  if (host && !edge.catalogue.isSignInHost(host))
    edge.discovered.note({ app: exchange.app.id, host, by: 'report', stopped }, Date.now());
  sendBody(exchange.response, 204, ['cache-control', 'no-store'], '');
}
