import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { clearFlowCookie, readFlowCookie } from './browser-cookie.ts';
import { enterAfterNotice } from './enter-app.ts';
import { refuseLogin } from './refusal.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { openVisit } from './visit.ts';

/** POST /continue : the user has read the notice. */
@Controller()
export class ContinueHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Post('continue')
  async continue(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const { origin } = request.headers;
    // `null` is what Chromium sends under our own no-referrer policy; the flow cookie is the guard then.
    if (origin !== undefined && origin !== 'null' && origin !== visit.origin)
      return refuseLogin(this.signIn, visit, 'notice confirmed from another origin');
    const token: unknown = request.body?.token;
    const cookie = typeof token === 'string' && token.length <= 80 ? readFlowCookie(request, token) : undefined;
    if (typeof token !== 'string' || !cookie) return refuseLogin(this.signIn, visit, 'no flow cookie for this notice');
    const notice = await this.signIn.flows.takeNotice(token, cookie, visit.now);
    if (!notice) return refuseLogin(this.signIn, visit, 'notice unknown, used or expired');
    clearFlowCookie(response, token);
    return enterAfterNotice(this.signIn, visit, notice);
  }
}
