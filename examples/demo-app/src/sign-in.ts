// The app's own single sign-on: OpenID Connect authorization code with PKCE, sessions in memory.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LookupFunction } from 'node:net';
import * as oidc from 'openid-client';
import { Agent, fetch as undiciFetch } from 'undici';
import { cookie, redirect, sendHtml } from './reply.ts';

export type User = { readonly email: string; readonly name: string };

export type SignInOptions = {
  readonly publicOrigin: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly lookup?: LookupFunction | undefined;
};

type Pending = { browser: string; nonce: string; verifier: string; returnTo: string; expires: number };

export type SignIn = {
  userOf(request: IncomingMessage): User | undefined;
  login(request: IncomingMessage, response: ServerResponse, returnTo: string): Promise<void>;
  callback(request: IncomingMessage, response: ServerResponse): Promise<void>;
  logout(request: IncomingMessage, response: ServerResponse): void;
  /** Opens a session for a user proven in another way, and goes on. */
  open(response: ServerResponse, user: User, returnTo: string): void;
  close(): Promise<void>;
};

const pendingMs = 10 * 60_000;
const sessionMs = 8 * 3_600_000;
const maxEntries = 10_000;

/** A path on this app only: anything a browser could read as another origin becomes the start page. */
export function localPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/';
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  // The oldest entry goes first, so that a flood of logins cannot fill the memory.
  if (map.size >= maxEntries) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}

function createClient(options: SignInOptions) {
  const agent = new Agent({ connect: options.lookup ? { lookup: options.lookup } : {} });
  const customFetch: oidc.CustomFetch = async (url, init) => {
    // undici's fetch and Node's differ in their types only.
    const answer = await undiciFetch(url, { ...init, dispatcher: agent } as Parameters<typeof undiciFetch>[1]);
    return answer as unknown as Response;
  };
  let discovered: Promise<oidc.Configuration> | undefined;
  const configuration = () => {
    discovered ??= oidc
      .discovery(new URL(options.issuer), options.clientId, undefined, oidc.ClientSecretBasic(options.clientSecret), {
        [oidc.customFetch]: customFetch,
        execute: options.issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [],
      })
      .catch((error: unknown) => {
        discovered = undefined;
        throw error;
      });
    return discovered;
  };
  return { configuration, close: () => agent.close() };
}

/** Sign-in for one app; the issuer is asked for its metadata at the first login. */
export function createSignIn(options: SignInOptions): SignIn {
  const client = createClient(options);
  const pending = new Map<string, Pending>();
  const sessions = new Map<string, User & { expires: number }>();
  const attributes = `Path=/; HttpOnly; SameSite=Lax${options.publicOrigin.startsWith('https:') ? '; Secure' : ''}`;
  const redirectUri = `${options.publicOrigin}/auth/callback`;

  async function login(request: IncomingMessage, response: ServerResponse, returnTo: string): Promise<void> {
    const browser = cookie(request, 'login') ?? randomBytes(32).toString('base64url');
    const state = oidc.randomState();
    const nonce = oidc.randomNonce();
    const verifier = oidc.randomPKCECodeVerifier();
    const target = oidc.buildAuthorizationUrl(await client.configuration(), {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    remember(pending, state, { browser, nonce, verifier, returnTo, expires: Date.now() + pendingMs });
    response.setHeader('set-cookie', `login=${browser}; ${attributes}; Max-Age=600`);
    redirect(response, target.href);
  }

  async function callback(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', options.publicOrigin);
    const state = url.searchParams.get('state') ?? '';
    const attempt = pending.get(state);
    pending.delete(state);
    if (!attempt || attempt.expires < Date.now() || attempt.browser !== cookie(request, 'login')) {
      sendHtml(
        response,
        400,
        '<!doctype html><title>Sign-in expired</title><p>Sign-in expired. <a href="/">Try again</a>',
      );
      return;
    }
    const tokens = await oidc.authorizationCodeGrant(await client.configuration(), url, {
      expectedState: state,
      expectedNonce: attempt.nonce,
      pkceCodeVerifier: attempt.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    const email = String(claims?.email ?? claims?.sub ?? '');
    open(response, { email, name: String(claims?.name ?? email) }, attempt.returnTo);
  }

  function open(response: ServerResponse, user: User, returnTo: string): void {
    const id = randomBytes(32).toString('base64url');
    remember(sessions, id, { ...user, expires: Date.now() + sessionMs });
    response.setHeader('set-cookie', [`session=${id}; ${attributes}`, `login=; ${attributes}; Max-Age=0`]);
    redirect(response, returnTo);
  }

  return {
    login,
    callback,
    open,
    userOf(request) {
      const session = sessions.get(cookie(request, 'session') ?? '');
      return session && session.expires > Date.now() ? { email: session.email, name: session.name } : undefined;
    },
    logout(request, response) {
      sessions.delete(cookie(request, 'session') ?? '');
      response.setHeader('set-cookie', `session=; ${attributes}; Max-Age=0`);
      redirect(response, '/auth/signed-out');
    },
    close: client.close,
  };
}
