// Serves the route table: session, origin, CSRF token, role, input, handler, problem. The only place that knows express.
import { timingSafeEqual } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Log } from '@gatehouse/service-kit/tokens';
import type { Express, NextFunction, Request, Response } from 'express';
import { z } from 'zod';
import { bearerOf, findTokenSession } from './api-token.store.ts';
import { fieldErrors } from './field-errors.ts';
import { cookieValue, findSession, type LoginSession, sha256 } from './login-session.store.ts';
import type { Portal } from './portal.ts';
import { Problem } from './problem.ts';
import { holds } from './role.ts';
import { type Answer, type Call, largeJson, type Route } from './route.ts';
import { parseIfMatch } from './version.ts';

const base = '/api/v1';
const maxYamlBytes = 100 * 1024;
const maxLargeBytes = 4 * 1024 * 1024;

function sameSecret(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256(a)), Buffer.from(sha256(b)));
}

/** Unsafe methods must come from our own pages: SameSite alone does not stop a sibling host. */
function requireOwnPage(request: Request, route: Route, session: LoginSession | undefined, portal: Portal): void {
  if (route.method === 'get') return;
  // A token is no ambient authority: no page of another site can make a browser send it.
  if (session?.token !== undefined) return;
  const { origin } = request.headers;
  if (origin === undefined || !portal.config.PUBLIC_ORIGINS.includes(origin)) {
    throw new Problem('CSRF_REFUSED', { detail: 'The Origin header names no origin of this portal.' });
  }
  if (route.role === 'public') return;
  if (!sameSecret(request.get('x-csrf-token') ?? '', session?.csrfToken ?? '')) {
    throw new Problem('CSRF_REFUSED', { detail: 'The x-csrf-token header does not fit this session.' });
  }
}

function requireRole(route: Route, session: LoginSession | undefined): void {
  if (route.role === 'public') return;
  if (session === undefined) throw new Problem('UNAUTHENTICATED');
  if (session.token !== undefined && route.personal === true) {
    throw new Problem('FORBIDDEN', { detail: 'This is for people signed in to the portal, not for API tokens.' });
  }
  if (holds(session.user.role, route.role)) return;
  throw new Problem('FORBIDDEN', { detail: `This needs the role ${route.role}; yours is ${session.user.role}.` });
}

function parse(schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Problem('INVALID', { errors: fieldErrors(result.error) });
}

async function readText(request: Request, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Problem('TOO_LARGE', { detail: `At most ${limit / 1024} KiB.` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readLarge(request: Request): Promise<unknown> {
  const text = await readText(request, maxLargeBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem('BAD_REQUEST', { detail: 'The body is no JSON.' });
  }
}

/** With a bearer token the cookie is not looked at: one request, one authority. */
async function sessionFor(request: Request, portal: Portal): Promise<LoginSession | undefined> {
  const { authorization, cookie } = request.headers;
  if (authorization === undefined) return findSession(portal.db, cookieValue(cookie));
  const secret = bearerOf(authorization);
  return secret === undefined ? undefined : findTokenSession(portal.db, secret);
}

async function toCall(request: Request, route: Route, portal: Portal): Promise<Call> {
  const session = await sessionFor(request, portal);
  requireRole(route, session);
  requireOwnPage(request, route, session, portal);
  const ifMatch = parseIfMatch(request.get('if-match'));
  if (route.versioned === true && ifMatch === undefined) {
    throw new Problem('VERSION_REQUIRED', { detail: 'Send If-Match with the ETag of what you read.' });
  }
  const yaml = route.yaml === true && request.is(['application/yaml', 'text/yaml', 'application/x-yaml']);
  const large = route.large === true && request.is(largeJson) === largeJson;
  return {
    params: request.params as Record<string, string>,
    query: parse(route.query, request.query),
    body: yaml ? undefined : parse(route.body, large ? await readLarge(request) : request.body),
    yaml: yaml ? await readText(request, maxYamlBytes) : undefined,
    ifMatch,
    session,
    ip: request.socket.remoteAddress ?? '',
    portal,
  };
}

async function send(response: Response, route: Route, answer: Answer): Promise<void> {
  response.status(route.status ?? 200).set({ 'cache-control': 'no-store', ...answer.headers });
  if (answer.stream !== undefined) {
    response.set('content-type', answer.stream.type);
    await pipeline(Readable.from(answer.stream.chunks, { highWaterMark: 1 }), response);
  } else if (answer.text !== undefined) response.type(answer.text.type).send(answer.text.content);
  else if (route.status === 204) response.end();
  else response.json(answer.body);
}

function asProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof z.ZodError) return new Problem('INVALID', { errors: fieldErrors(error) });
  // Errors of the body parser carry a status.
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  if (status === 413) return new Problem('TOO_LARGE', { detail: 'The body is too large.' });
  if (typeof status === 'number' && status < 500)
    return new Problem('BAD_REQUEST', { detail: 'The request cannot be read.' });
  return undefined;
}

function sendProblem(response: Response, problem: Problem): void {
  const { retryAfterSeconds } = problem.details;
  if (retryAfterSeconds !== undefined) response.set('retry-after', String(retryAfterSeconds));
  response.status(problem.status).set('cache-control', 'no-store');
  response.type('application/problem+json').send(JSON.stringify(problem.body()));
}

/** Puts all routes on the app; everything else below /api is 404. */
export function serveRoutes(app: Express, routes: readonly Route[], portal: Portal, log: Pick<Log, 'error'>): void {
  app.set('etag', false);
  for (const route of routes) {
    app[route.method](base + route.path, async (request: Request, response: Response, next: NextFunction) => {
      try {
        await send(response, route, await route.handle(await toCall(request, route, portal)));
      } catch (error) {
        next(error);
      }
    });
  }
  app.use('/api', () => {
    throw new Problem('NOT_FOUND', { detail: 'There is no such route.' });
  });
  app.use('/api', (error: unknown, _: Request, response: Response, next: NextFunction) => {
    const problem = asProblem(error);
    if (problem === undefined) log.error({ err: error }, 'request failed');
    if (response.headersSent) return next(error);
    sendProblem(response, problem ?? new Problem('INTERNAL'));
  });
}
