import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { finishLogin, takeFlow } from '../finish-login.ts';
import { refuseLogin } from '../refusal.ts';
import { SIGN_IN, type SignIn } from '../sign-in.ts';
import { openVisit } from '../visit.ts';
import { readPost } from './binding.ts';
import { claimsOf, provenAssertion } from './saml-login.ts';

/** POST /saml/acs : the SAML identity provider sends the browser back. Only answers to our own requests are taken. */
@Controller('saml')
export class AcsHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Post('acs')
  async consume(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const received = readPost(request.body, 'SAMLResponse');
    if (!received) return refuseLogin(this.signIn, visit, 'no SAML response');
    const open = await takeFlow(this.signIn, visit, received.relayState, { type: 'saml' });
    if (!open) return;
    const { flow, provider } = open;
    await finishLogin(this.signIn, visit, open, async () =>
      claimsOf(await provenAssertion(this.signIn, provider, received.xml, flow, visit.now)),
    );
  }
}
