// An app's OIDC authorisation request to the broker, checked against the client that the catalogue knows.
import type { App, Catalogue } from '@gatehouse/contracts/catalogue';
import { z } from 'zod';
import { unsuffix } from '../app-host.ts';

export const authorizeRequestSchema = z.object({
  app: z.string(),
  clientId: z.string(),
  /** The registered, real URI. */
  redirectUri: z.string(),
  responseMode: z.enum(['query', 'form_post']),
  scope: z.string(),
  state: z.string().optional(),
  nonce: z.string().optional(),
  challenge: z.string().optional(),
  prompt: z.string().optional(),
  maxAge: z.number().int().optional(),
});
export type AuthorizeRequest = z.infer<typeof authorizeRequestSchema>;

export type CheckedRequest =
  | { readonly type: 'ok'; readonly request: AuthorizeRequest }
  /** Shown to the user: the request names no client or URI that an answer may be sent to. */
  | { readonly type: 'refused'; readonly cause: string }
  /** Sent to the client. */
  | { readonly type: 'error'; readonly request: AuthorizeRequest; readonly error: string };

type Parameters = Readonly<Record<string, unknown>>;
const parameterNames = [
  'client_id',
  'redirect_uri',
  'response_type',
  'response_mode',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'max_age',
] as const;

export function clientOf(
  catalogue: Catalogue,
  clientId: string,
): { app: App; client: NonNullable<App['oidcClient']> } | undefined {
  for (const app of catalogue.apps)
    if (app.enabled && app.oidcClient?.clientId === clientId) return { app, client: app.oidcClient };
  return undefined;
}

/** The registered URI that `text` means, after taking away a suffix that link rewriting may have put on it. */
export function registeredUri(
  catalogue: Catalogue,
  suffix: string,
  uris: readonly string[],
  text: string,
): string | undefined {
  const real = unsuffix(catalogue, suffix, text);
  return real !== undefined && uris.includes(real) ? real : undefined;
}

export function checkAuthorizeRequest(catalogue: Catalogue, suffix: string, parameters: Parameters): CheckedRequest {
  for (const name of parameterNames) {
    const value = parameters[name];
    if (value !== undefined && (typeof value !== 'string' || value.length > 4096))
      return { type: 'refused', cause: `the parameter ${name} is given twice or too long` };
  }
  const given = parameters as Readonly<Partial<Record<(typeof parameterNames)[number], string>>>;
  const found = clientOf(catalogue, given.client_id ?? '');
  if (!found) return { type: 'refused', cause: 'the app is not known here' };
  const redirectUri = registeredUri(catalogue, suffix, found.client.redirectUris, given.redirect_uri ?? '');
  if (!redirectUri) return { type: 'refused', cause: 'the return address is not registered for this app' };
  const request: AuthorizeRequest = {
    app: found.app.id,
    clientId: found.client.clientId,
    redirectUri,
    responseMode: given.response_mode === 'form_post' ? 'form_post' : 'query',
    scope: given.scope ?? '',
    ...(given.state === undefined ? {} : { state: given.state }),
    ...(given.nonce === undefined ? {} : { nonce: given.nonce }),
    ...(given.code_challenge === undefined ? {} : { challenge: given.code_challenge }),
    ...(given.prompt === undefined ? {} : { prompt: given.prompt }),
    ...(/^\d{1,8}$/.test(given.max_age ?? '') ? { maxAge: Number(given.max_age) } : {}),
  };
  const error = protocolError(given, request);
  return error ? { type: 'error', request, error } : { type: 'ok', request };
}

function protocolError(
  given: Readonly<Partial<Record<(typeof parameterNames)[number], string>>>,
  request: AuthorizeRequest,
): string | undefined {
  if (given.response_type !== 'code') return 'unsupported_response_type';
  if (!request.scope.split(' ').includes('openid')) return 'invalid_scope';
  if (given.response_mode !== undefined && given.response_mode !== request.responseMode) return 'invalid_request';
  if ((given.code_challenge === undefined) !== (given.code_challenge_method === undefined)) return 'invalid_request';
  // `plain` would hand the verifier to whoever sees the request.
  if (given.code_challenge_method !== undefined && given.code_challenge_method !== 'S256') return 'invalid_request';
  if (given.code_challenge !== undefined && !/^[A-Za-z0-9_-]{43}$/.test(given.code_challenge)) return 'invalid_request';
  return undefined;
}
