import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { completeAuthorize } from './broker/complete-authorize.ts';
import { clearFlowCookie, readFlowCookie } from './browser-cookie.ts';
import { completeStepUp, type Identified } from './complete-step-up.ts';
import { enterApp } from './enter-app.ts';
import type { Flow } from './flow.store.ts';
import { identitySchema } from './identity.ts';
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
    const identified = await this.identify(visit, flow, state);
    if (identified.type === 'unreachable') return sendProviderDown(visit);
    if (flow.target.kind === 'stepUp') return completeStepUp(this.signIn, visit, flow.target, state, identified);
    if (identified.type === 'refused') return refuseLogin(this.signIn, visit, identified.cause);
    const { identity } = identified;
    if (flow.target.kind === 'app') return enterApp(this.signIn, visit, { identity, target: flow.target, state });
    return completeAuthorize(this.signIn, visit, flow.target.request, identity, 'fresh');
  }

  private async identify(visit: Visit, flow: Flow, state: string): Promise<Identified | { type: 'unreachable' }> {
    const provider = visit.catalogue.identityProviders.find((each) => each.id === flow.idp && each.enabled);
    if (!provider || flow.origin !== visit.origin)
      return { type: 'refused', cause: 'identity provider disabled or other origin' };
    try {
      const callback = new URL(visit.request.originalUrl, visit.origin);
      const parts = { state, nonce: flow.nonce, verifier: flow.verifier };
      const identity = await this.signIn.providers.identity(provider, callback, parts, visit.now);
      return { type: 'identity', identity: identitySchema.parse(identity) };
    } catch (error) {
      if (!(error instanceof IdentityProviderError)) throw error;
      this.signIn.log.warn({ error, provider: provider.id }, 'login refused');
      return error.code === 'UNREACHABLE' ? { type: 'unreachable' } : { type: 'refused', cause: error.message };
    }
  }
}
