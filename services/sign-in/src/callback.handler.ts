import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { finishLogin, takeFlow } from './finish-login.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { openVisit } from './visit.ts';

/** GET /callback/:idp : the OpenID provider sends the browser back. */
@Controller()
export class CallbackHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get('callback/:idp')
  async callback(@Req() request: Request, @Res() response: Response, @Param('idp') idp: string): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const open = await takeFlow(this.signIn, visit, request.query.state, { type: 'oidc', idp });
    if (!open) return;
    const { flow, provider, state } = open;
    await finishLogin(this.signIn, visit, open, () => {
      const callback = new URL(request.originalUrl, visit.origin);
      const parts = { state, nonce: flow.nonce, verifier: flow.verifier };
      return this.signIn.providers.claims(provider, callback, parts, visit.now);
    });
  }
}
