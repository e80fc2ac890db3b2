// A session whose app is no longer proxied for its user: assignments and bypasses change while people work.
import { requestKind } from '@gatehouse/activity/request-kind';
import { type Routing, routingOf } from '@gatehouse/enforcement/routing';
import type { Edge } from './edge.ts';
import { type Exchange, sendBody } from './exchange.ts';
import { unassignedTexts } from './pages/routing-texts.ts';
import { activityOf, newDecision } from './recording.ts';
import { sendRefusedAccess } from './refused-access.ts';
import type { LiveSession } from './session.client.ts';

/** A bypass begins and ends by the clock, so what was found holds no longer than this. */
const heldMs = 1_000;
type Found = { readonly version: number; readonly until: number; readonly routing: Routing };
/** By the set that a session keeps for its whole life in memory. */
const found = new WeakMap<LiveSession['streams'], Found>();

export function currentRouting(edge: Edge, { live, app }: Pick<Exchange, 'live' | 'app'>, now: number): Routing {
  const before = found.get(live.streams);
  const version = edge.catalogue.version();
  if (before?.version === version && now < before.until) return before.routing;
  const routing = routingOf(edge.catalogue.routingRules(), app.id, live.session, now);
  found.set(live.streams, { version, until: now + heldMs, routing });
  return routing;
}

/** Unassigned, and the app refuses such users. */
export const isRefused = (edge: Edge, exchange: Pick<Exchange, 'live' | 'app'>): boolean =>
  exchange.app.unassignedUsers === 'refuse' && currentRouting(edge, exchange, Date.now()).type === 'unassigned';

/** Ends streams and WebSockets of users an app now refuses; what they ask next is refused anyway. */
export function cutRefused(edge: Pick<Edge, 'sessions' | 'catalogue'>, now: number): void {
  const rules = edge.catalogue.routingRules();
  edge.sessions.cut(
    (session) =>
      edge.catalogue.app(session.app)?.unassignedUsers === 'refuse' &&
      routingOf(rules, session.app, session, now).type === 'unassigned',
  );
}

/**
 * True if the request was answered: a refusal, or a redirect to the real app. Only a page the user opens leaves; what
 * an open page still fetches goes on through the proxy, under its policies.
 */
export async function routedAway(edge: Edge, exchange: Exchange): Promise<boolean> {
  const routing = currentRouting(edge, exchange, Date.now());
  if (routing.type === 'proxied') return false;
  const ids = newDecision(Date.now());
  if (isRefused(edge, exchange)) {
    const outcome = { activityType: 'navigate', appliedAction: 'block', reason: 'NOT_ASSIGNED' } as const;
    await edge.activities.record(activityOf(exchange, ids, outcome));
    sendRefusedAccess(edge, exchange, ids.reference, unassignedTexts);
    return true;
  }
  if (exchange.method !== 'GET' || requestKind(exchange.method, exchange.headers) !== 'navigation') return false;
  await edge.activities.record(activityOf(exchange, ids, { activityType: 'navigate', ...outcomeOf(routing) }));
  const { codec, rewriter } = exchange.mapping;
  const to = `${codec.realOrigin(exchange.domain.host)}${rewriter.rewriteToReal(exchange.target)}`;
  sendBody(exchange.response, 302, ['location', to, 'cache-control', 'no-store'], '');
  return true;
}

function outcomeOf(routing: Exclude<Routing, { type: 'proxied' }>) {
  switch (routing.type) {
    case 'unassigned':
      return { appliedAction: 'redirectDirect', reason: 'NOT_ASSIGNED' } as const;
    case 'bypassed': {
      const { expiresAt, reason } = routing.bypass;
      return { appliedAction: 'bypass', reason: 'BYPASS', cause: `bypass until ${expiresAt}: ${reason}` } as const;
    }
  }
}
