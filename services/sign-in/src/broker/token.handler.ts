import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { challengeOf, hashOf, sameText } from '../secret-token.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { clientOf, registeredUri } from './authorize-request.ts';
import { tokenSeconds } from './broker.store.ts';
import { idTokenClaims, userClaims } from './claims.ts';

type Form = Readonly<Record<string, unknown>>;
type Client = { readonly id: string; readonly redirectUris: readonly string[] };

/** Token and userinfo endpoints: apps call them from their servers. */
@Controller('oidc')
export class TokenHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Post('token')
  @HttpCode(200)
  async token(@Req() request: Request, @Res() response: Response): Promise<void> {
    response.set({ 'cache-control': 'no-store', pragma: 'no-cache' });
    const form: Form = request.body ?? {};
    const client = this.authenticate(request, form);
    if (!client) {
      response.status(401).set('www-authenticate', 'Basic realm="gatehouse"').json({ error: 'invalid_client' });
      return;
    }
    if (form.grant_type !== 'authorization_code') {
      response.status(400).json({ error: 'unsupported_grant_type' });
      return;
    }
    const tokens = await this.exchange(client, form);
    if (tokens) response.json(tokens);
    else response.status(400).json({ error: 'invalid_grant' });
  }

  @Get('userinfo')
  userinfoByGet(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.userinfo(request, response);
  }

  @Post('userinfo')
  @HttpCode(200)
  userinfoByPost(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.userinfo(request, response);
  }

  private async userinfo(request: Request, response: Response): Promise<void> {
    const token = /^Bearer ([A-Za-z0-9_-]{43})$/i.exec(request.headers.authorization ?? '')?.[1];
    const grant = token === undefined ? undefined : await this.signIn.broker.grantOfToken(token, this.signIn.now());
    response.set('cache-control', 'no-store');
    if (grant) response.json(userClaims(grant.identity));
    else response.status(401).set('www-authenticate', 'Bearer error="invalid_token"').json({ error: 'invalid_token' });
  }

  private authenticate(request: Request, form: Form): Client | undefined {
    const catalogue = this.signIn.catalogue.current();
    const given = basicCredentials(request.headers.authorization) ?? formCredentials(form);
    const found = catalogue && given && clientOf(catalogue, given.id);
    // Compared also for unknown clients, so that time does not tell which exist.
    const matches = sameText(hashOf(given?.secret ?? ''), found?.client.secretHash.toLowerCase() ?? '');
    return found && matches ? { id: found.client.clientId, redirectUris: found.client.redirectUris } : undefined;
  }

  private async exchange(client: Client, form: Form) {
    const { code, redirect_uri: given, code_verifier: verifier } = form;
    const catalogue = this.signIn.catalogue.current();
    if (typeof code !== 'string' || typeof given !== 'string' || !catalogue) return undefined;
    const now = this.signIn.now();
    const issued = await this.signIn.broker.takeCode(code, client.id, now);
    if (!issued || !provesChallenge(issued.challenge, verifier)) return undefined;
    const real = registeredUri(catalogue, this.signIn.suffix, client.redirectUris, given);
    if (real !== issued.redirectUri) return undefined;
    const access_token = await this.signIn.broker.issueToken(code, issued.grant, now);
    const id_token = await this.signIn.brokerKey.sign(
      idTokenClaims(this.signIn.loginOrigins[0] ?? '', issued.grant, now),
    );
    return { access_token, token_type: 'Bearer', expires_in: tokenSeconds, scope: issued.grant.scope, id_token };
  }
}

/** Needed when a challenge was sent, and refused when none was (RFC 9700 section 2.1.1, downgrade). */
function provesChallenge(challenge: string | undefined, verifier: unknown): boolean {
  if (challenge === undefined) return verifier === undefined;
  if (typeof verifier !== 'string' || !/^[A-Za-z0-9._~-]{43,128}$/.test(verifier)) return false;
  return sameText(challengeOf(verifier), challenge);
}

function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+=*)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(/:(.*)/s);
  try {
    // RFC 6749 section 2.3.1: both are form-encoded first.
    return { id: decodeForm(id), secret: decodeForm(secret) };
  } catch {
    return undefined;
  }
}

function decodeForm(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '));
}

function formCredentials({ client_id: id, client_secret: secret }: Form): { id: string; secret: string } | undefined {
  return typeof id === 'string' && typeof secret === 'string' ? { id, secret } : undefined;
}
