import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { completeAuthorize } from './broker/complete-authorize.ts';
import { clearFlowCookie, readFlowCookie } from './browser-cookie.ts';
import { enterApp } from './enter-app.ts';
import type { Flow } from './flow.store.ts';
import { type Identity, identitySchema } from './identity.ts';
import { IdentityProviderError } from './identity-provider.client.ts';
import { refuseLogin, sendProviderDown } from './refusal.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { openVisit, type Visit } from './visit.ts';

/** GET /callback/:idp : the identity provider sends the browser back. */
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
    const { state } = request.query;
    if (typeof state !== 'string' || state.length > 80) return refuseLogin(this.signIn, visit, 'no state');
    const cookie = readFlowCookie(request, state);
    if (!cookie) return refuseLogin(this.signIn, visit, 'no flow cookie for this state');
    const flow = await this.signIn.flows.take(state, cookie, idp, visit.now);
    if (!flow) return refuseLogin(this.signIn, visit, 'state unknown, used or expired');
    clearFlowCookie(response, state);
    const identity = await this.identify(visit, flow, state);
    if (!identity) return;
    if (flow.target.kind === 'app') return enterApp(this.signIn, visit, { identity, target: flow.target, state });
    return completeAuthorize(this.signIn, visit, flow.target.request, identity, 'fresh');
  }

  private async identify(visit: Visit, flow: Flow, state: string): Promise<Identity | undefined> {
    const provider = visit.catalogue.identityProviders.find((each) => each.id === flow.idp && each.enabled);
    if (!provider || flow.origin !== visit.origin) {
      await refuseLogin(this.signIn, visit, 'identity provider disabled or other origin');
      return undefined;
    }
    try {
      const callback = new URL(visit.request.originalUrl, visit.origin);
      const parts = { state, nonce: flow.nonce, verifier: flow.verifier };
      return identitySchema.parse(await this.signIn.providers.identity(provider, callback, parts, visit.now));
    } catch (error) {
      if (!(error instanceof IdentityProviderError)) throw error;
      this.signIn.log.warn({ error, provider: provider.id }, 'login refused');
      if (error.code === 'UNREACHABLE') sendProviderDown(visit);
      else await refuseLogin(this.signIn, visit, error.message);
      return undefined;
    }
  }
}
