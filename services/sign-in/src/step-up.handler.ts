import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { askForContext } from './ask-for-context.ts';
import { beginLoginAt } from './begin-login.ts';
import { providersOf } from './choose-provider.ts';
import { type Interrupted, interrupted } from './interrupted.ts';
import { sendStepUp } from './pages/interruption-page.ts';
import { sendNotFound, sendProviderDown } from './refusal.ts';
import { hashOf } from './secret-token.ts';
import { SIGN_IN, type SignIn } from './sign-in.ts';
import { openVisit, type Visit } from './visit.ts';

/** GET /step-up?flow= : why a stronger sign-in is needed; GET /step-up/go?flow= : on to the identity provider. */
@Controller('step-up')
export class StepUpHandler {
  private readonly signIn: SignIn;
  constructor(@Inject(SIGN_IN) signIn: SignIn) {
    this.signIn = signIn;
  }

  @Get()
  async show(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const stopped = await this.find(visit);
    if (!stopped) return sendNotFound(visit);
    const { language, catalogue } = visit;
    const { message, referenceId } = stopped.interruption;
    const flow = String(request.query.flow);
    sendStepUp(response, { language, settings: catalogue.settings, ...stopped.names, message, flow, referenceId });
  }

  @Get('go')
  async go(@Req() request: Request, @Res() response: Response): Promise<void> {
    const visit = openVisit(this.signIn, request, response);
    if (!visit) return;
    const stopped = await this.find(visit);
    if (stopped?.interruption.ask.type !== 'stepUp') return sendNotFound(visit);
    const { session, ask } = stopped.interruption;
    const provider = providersOf(visit.catalogue, stopped.found.app.id).find(
      ({ id }) => id === session.identityProvider,
    );
    if (!provider) return sendProviderDown(visit);
    const { id: app } = stopped.found.app;
    const target = { kind: 'stepUp', app, flowHash: hashOf(String(request.query.flow)), begunAt: visit.now } as const;
    await beginLoginAt(this.signIn, visit, provider, target, askForContext(provider, ask.authnContext));
  }

  private async find(visit: Visit): Promise<Interrupted | undefined> {
    const interruption = await this.signIn.interruptions.find(visit.request.query.flow, visit.now);
    return interruption?.ask.type === 'stepUp' ? interrupted(this.signIn, visit, interruption) : undefined;
  }
}
