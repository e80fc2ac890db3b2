// One browser request at the login host: from which of our origins, in which language, with which facts.
import type { Catalogue } from '@gatehouse/contracts/catalogue';
import type { DecisionContext } from '@gatehouse/contracts/decision';
import { normalAddress } from '@gatehouse/facts/ip-address';
import type { Request, Response } from 'express';
import { type Language, languageOf } from './pages/wording.ts';
import type { SignIn } from './sign-in.ts';

export type Visit = {
  readonly request: Request;
  readonly response: Response;
  /** The login origin in the browser's address bar. */
  readonly origin: string;
  readonly catalogue: Catalogue;
  readonly language: Language;
  readonly context: DecisionContext;
  readonly now: number;
};

/** The visit, or undefined after an answer was sent: unknown origin, or no catalogue yet. */
export function openVisit(signIn: SignIn, request: Request, response: Response): Visit | undefined {
  const origin = publicOrigin(signIn.loginOrigins, request);
  if (!origin) {
    response.status(421).type('text/plain').send('This address is not served here.\n');
    return undefined;
  }
  const catalogue = signIn.catalogue.current();
  if (!catalogue) {
    response
      .status(503)
      .set('retry-after', '5')
      .type('text/plain')
      .send('Sign-in is starting. Try again in a moment.\n');
    return undefined;
  }
  const now = signIn.now();
  const language = languageOf(request.headers['accept-language']);
  return {
    request,
    response,
    origin,
    catalogue,
    language,
    now,
    context: signIn.catalogue.clientFacts({ ip: clientIp(request), header: (name) => request.get(name), now }),
  };
}

/** The address the edge vouches for: it strips what clients send and writes its own x-forwarded-for. */
function clientIp(request: Request): string {
  const forwarded = String(request.headers['x-forwarded-for'] ?? '')
    .split(',')
    .at(-1)
    ?.trim();
  return normalAddress(forwarded || (request.socket.remoteAddress ?? '')) ?? '0.0.0.0';
}

/** The forwarded origin if it is one of ours. The edge sets both headers itself. */
export function publicOrigin(allowed: readonly string[], request: Request): string | undefined {
  const { 'x-forwarded-proto': scheme, 'x-forwarded-host': host } = request.headers;
  if (typeof scheme !== 'string' || typeof host !== 'string') return undefined;
  const claimed = `${scheme}://${host.toLowerCase()}`;
  return allowed.find((origin) => origin === claimed || sameOrigin(origin, claimed));
}

/** Equal also if one of them spells out the default port. */
function sameOrigin(origin: string, claimed: string): boolean {
  return /^https?:\/\/[a-z0-9.:-]+$/.test(claimed) && URL.canParse(claimed) && new URL(claimed).origin === origin;
}
