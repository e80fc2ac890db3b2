import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { suffixed } from '../app-host.ts';
import { readLoginCookie, setLoginCookie } from '../browser-cookie.ts';
import { refuseLogin } from '../refusal.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit } from '../visit.ts';
import { clientOf, registeredUri } from './authorize-request.ts';

/** RP-initiated logout: forgets the short broker login and returns to a registered address only. */
@Controller('oidc')
export class LogoutHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('logout')
  async logout(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const cookie = readLoginCookie(request);
    if (cookie) await this.signIn.broker.forgetLogin(cookie);
    setLoginCookie(response, '', 0);
    const { client_id: id, post_logout_redirect_uri: wanted, state } = request.query;
    const found = typeof id === 'string' ? clientOf(visit.catalogue, id) : undefined;
    const uris = found?.client.postLogoutRedirectUris ?? [];
    const real =
      typeof wanted === 'string' ? registeredUri(visit.catalogue, this.signIn.suffix, uris, wanted) : undefined;
    const to = real && suffixed(visit.catalogue, this.signIn.suffix, visit.origin, real);
    if (!to) return refuseLogin(this.signIn, visit, 'foreign post-logout address');
    const url = new URL(to);
    if (typeof state === 'string') url.searchParams.set('state', state);
    response.set('cache-control', 'no-store').redirect(303, url.href);
  }
}
