import { CONFIG, LOG, type Log } from '@gatehouse/service-kit/tokens';
import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { KeyAccessConfig } from './config.ts';
import { KEY_ACCESS, type KeyAccess } from './key-access.ts';
import { OidcClient } from './oidc.client.ts';
import { sessionCookie, signInCookie } from './viewer-cookie.ts';
import { sessionMs } from './viewer-session.store.ts';

/** Sign-in to the viewer at the organisation's issuer (OIDC, code with PKCE). */
@Controller()
export class SignInHandler {
  private readonly oidc: OidcClient | undefined;

  constructor(
    @Inject(KEY_ACCESS) private readonly keys: KeyAccess,
    @Inject(LOG) private readonly log: Log,
    @Inject(CONFIG) config: KeyAccessConfig,
  ) {
    const { TOKEN_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: secret, ALLOW_LOCALHOST } = config;
    if (issuer && secret)
      this.oidc = new OidcClient({
        issuer,
        clientId,
        secret,
        redirectUri: `${config.PUBLIC_URL}/callback`,
        allowLocalhost: ALLOW_LOCALHOST,
      });
  }

  @Get('sign-in')
  async begin(@Res() response: Response): Promise<void> {
    if (!this.oidc) return this.failed(response, 503);
    try {
      const signIn = await this.keys.sessions.begin();
      const address = await this.oidc.authorizationUrl(signIn);
      signInCookie.set(response, this.keys.origin, signIn.browser, 10 * 60_000);
      response.set('cache-control', 'no-store').redirect(303, address);
    } catch (error) {
      this.log.error({ err: error }, 'the issuer cannot be reached');
      this.failed(response, 503);
    }
  }

  @Get('callback')
  async finish(@Req() request: Request, @Res() response: Response): Promise<void> {
    const callback = new URL(request.originalUrl, this.keys.origin);
    const state = callback.searchParams.get('state') ?? '';
    const begun = await this.keys.sessions.consume(state, signInCookie.read(request, this.keys.origin) ?? '');
    if (!begun || !this.oidc) return this.failed(response, 403);
    try {
      const subject = await this.oidc.subject(callback, { ...begun, state });
      sessionCookie.set(response, this.keys.origin, await this.keys.sessions.create(subject), sessionMs);
      response.set('cache-control', 'no-store').redirect(303, '/open');
    } catch (error) {
      this.log.warn({ err: error }, 'a sign-in to the viewer was refused');
      this.failed(response, 403);
    }
  }

  private failed(response: Response, status: number): void {
    response
      .set('cache-control', 'no-store')
      .redirect(303, `/open?sign-in=${status === 503 ? 'unavailable' : 'refused'}`);
  }
}
