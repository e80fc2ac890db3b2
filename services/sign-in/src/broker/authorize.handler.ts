import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { beginLogin } from '../begin-login.ts';
import { readLoginCookie } from '../browser-cookie.ts';
import { providersOf } from '../choose-provider.ts';
import { refuseLogin } from '../refusal.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit, type Visit } from '../visit.ts';
import { type AuthorizeRequest, checkAuthorizeRequest } from './authorize-request.ts';
import { answer, completeAuthorize, freshEnough } from './complete-authorize.ts';

/** The authorisation endpoint for apps that use us as their identity provider. */
@Controller('oidc')
export class AuthorizeHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('authorize')
  authorizeByGet(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.authorize(request, response, request.query);
  }

  @Post('authorize')
  authorizeByPost(@Req() request: Request, @Res() response: Response): Promise<void> {
    return this.authorize(request, response, (request.body ?? {}) as Record<string, unknown>);
  }

  private async authorize(
    request: Request,
    response: Response,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const checked = checkAuthorizeRequest(visit.catalogue, this.signIn.suffix, parameters);
    if (checked.type === 'refused') return refuseLogin(this.signIn, visit, checked.cause);
    if (checked.type === 'error') return answer(this.signIn, visit, checked.request, { error: checked.error });
    return this.login(visit, checked.request);
  }

  private async login(visit: Visit, request: AuthorizeRequest): Promise<void> {
    const prompts = (request.prompt ?? '').split(' ');
    const cookie = readLoginCookie(visit.request);
    const identity = cookie === undefined ? undefined : await this.signIn.broker.login(cookie, visit.now);
    const usable = identity && !prompts.includes('login') && freshEnough(request, identity, visit.now);
    if (usable && this.providerAllowed(visit, request.app, identity.identityProvider))
      return completeAuthorize(this.signIn, visit, request, identity, 'remembered');
    if (prompts.includes('none')) return answer(this.signIn, visit, request, { error: 'login_required' });
    return beginLogin(
      this.signIn,
      visit,
      { kind: 'broker', request },
      {
        ...(prompts.includes('login') ? { prompt: 'login' } : {}),
        ...(request.maxAge === undefined ? {} : { max_age: String(request.maxAge) }),
      },
    );
  }

  private providerAllowed(visit: Visit, app: string, id: string): boolean {
    return providersOf(visit.catalogue, app).some((provider) => provider.id === id);
  }
}
