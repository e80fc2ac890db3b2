import { Controller, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { endSessions } from './end-sessions.ts';
import { IdentityProviderError } from './identity-provider.error.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';

const memoryMs = 15 * 60_000;

/** POST /backchannel-logout/:idp : OpenID Connect Back-Channel Logout 1.0. The provider's server calls, no browser. */
@Controller()
export class BackChannelLogoutHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Post('backchannel-logout/:idp')
  @HttpCode(200)
  async logout(@Req() request: Request, @Res() response: Response, @Param('idp') id: string): Promise<void> {
    response.set('cache-control', 'no-store');
    const refuse = () => void response.status(400).json({ error: 'invalid_request' });
    const provider = this.signIn.catalogue
      .current()
      ?.identityProviders.find((each) => each.id === id && each.enabled && each.type === 'oidc');
    const token: unknown = request.body?.logout_token;
    if (!provider || typeof token !== 'string' || token.length > 16_384) return refuse();
    const now = this.signIn.now();
    try {
      const { jti, sub, sid } = await this.signIn.providers.logoutToken(provider, token, now);
      if (!(await this.signIn.providerStore.useOnce(provider.issuer, jti, now + memoryMs))) return refuse();
      const which = { provider: provider.id, subject: sub, sessions: sid === undefined ? [] : [sid] };
      await endSessions(this.signIn, which, `identity provider ${provider.id}`, now);
      response.status(200).end();
    } catch (error) {
      if (!(error instanceof IdentityProviderError)) throw error;
      this.signIn.log.warn({ error, provider: provider.id }, 'logout refused');
      refuse();
    }
  }
}
